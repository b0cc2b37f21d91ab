// Where code runs: a pool of sessions without a way out, open to the identity alone. Azure's own
// Python, or our container where there is an image of it.
param name string
param location string
param tags object

@description('Who may run code in the pool.')
param principalId string

@description('How many sessions there may be at once.')
param maximum int

@description('Where our container comes from and runs; null for the Python of Azure.')
param container {
  image: string
  registry: string
  pullIdentity: string
  environment: string
}?

var roles = {
  'Azure ContainerApps Session Executor': '0fb8eba5-a2bb-4abe-b1c1-49dfad359bb0'
}

resource pool 'Microsoft.App/sessionPools@2025-07-01' = {
  name: name
  location: location
  tags: tags
  identity: container == null
    ? null
    : {
        type: 'UserAssigned'
        userAssignedIdentities: { '${container!.pullIdentity}': {} }
      }
  properties: {
    environmentId: container == null ? null : container!.environment
    poolManagementType: 'Dynamic'
    containerType: container == null ? 'PythonLTS' : 'CustomContainer'
    scaleConfiguration: container == null
      ? { maxConcurrentSessions: maximum }
      : { maxConcurrentSessions: maximum, readySessionInstances: 1 }
    dynamicPoolConfiguration: {
      lifecycleConfiguration: { lifecycleType: 'Timed', cooldownPeriodInSeconds: 300 }
    }
    sessionNetworkConfiguration: { status: 'EgressDisabled' }
    customContainerTemplate: container == null
      ? null
      : {
          containers: [
            {
              name: 'executor'
              image: '${container!.registry}/${container!.image}'
              // The executor gives a session 2 GiB, and needs some for itself.
              resources: { cpu: json('2.0'), memory: '4Gi' }
            }
          ]
          ingress: { targetPort: 6000 }
          registryCredentials: { server: container!.registry, identity: container!.pullIdentity }
        }
    // For pulling the image; code in a session cannot be that identity.
    managedIdentitySettings: container == null
      ? null
      : [{ identity: container!.pullIdentity, lifecycle: 'None' }]
  }
}

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(pool.id, principalId, roles['Azure ContainerApps Session Executor'])
  scope: pool
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles['Azure ContainerApps Session Executor']
    )
  }
}

output endpoint string = pool.properties.poolManagementEndpoint
