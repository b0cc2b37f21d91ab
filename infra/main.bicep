// What Millrace needs in Azure so far: an identity, a place for everything durable, and one for code.
targetScope = 'subscription'

@description('Name of the azd environment; it is in every name.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('Region of all resources.')
@minLength(1)
param location string

@description('Where code runs: built-in for the Python of Azure, custom for our own container.')
@allowed(['built-in', 'custom'])
param sessionsKind string = 'built-in'

@description('The image of our container in the registry that is made, like millrace-executor:0.1.0. Without it, custom makes everything but the pool.')
param sessionsImage string = ''

@description('How many sessions there may be at once.')
@minValue(1)
@maxValue(600)
param sessionsMaximum int = 50

var custom = sessionsKind == 'custom'
var token = uniqueString(subscription().id, environmentName, location)
var tags = { 'azd-env-name': environmentName }
var names = {
  group: 'rg-millrace-${environmentName}'
  identity: 'id-millrace-${token}'
  storage: 'stmillrace${token}'
  container: 'millrace'
  registry: 'crmillrace${token}'
  puller: 'id-millrace-pull-${token}'
  environment: 'cae-millrace-${token}'
  // Letters and digits only. What a pool is made of cannot be changed, so each kind has its own.
  sessions: custom ? 'millracec${token}' : 'millraceb${token}'
}

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: names.group
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: {
    name: names.identity
    location: location
    tags: tags
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: names.storage
    containerName: names.container
    location: location
    tags: tags
    principalId: identity.outputs.principalId
  }
}

module container 'modules/container.bicep' = if (custom) {
  name: 'container'
  scope: group
  params: {
    registryName: names.registry
    identityName: names.puller
    environmentName: names.environment
    location: location
    tags: tags
  }
}

module sessions 'modules/sessions.bicep' = if (!custom || !empty(sessionsImage)) {
  name: 'sessions'
  scope: group
  params: {
    name: names.sessions
    location: location
    tags: tags
    principalId: identity.outputs.principalId
    maximum: sessionsMaximum
    container: custom
      ? {
          image: sessionsImage
          registry: container!.outputs.registry
          pullIdentity: container!.outputs.pullIdentity
          environment: container!.outputs.environment
        }
      : null
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output AZURE_CLIENT_ID string = identity.outputs.clientId
output MILLRACE_STORAGE_BLOB_ENDPOINT string = storage.outputs.endpoint
output MILLRACE_STORAGE_BLOB_CONTAINER string = storage.outputs.container
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = custom ? container!.outputs.registry : ''
output MILLRACE_SESSIONS_ENDPOINT string = !custom || !empty(sessionsImage) ? sessions!.outputs.endpoint : ''
output MILLRACE_SESSIONS_KIND string = sessionsKind
