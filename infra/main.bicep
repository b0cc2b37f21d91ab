// What Millrace needs in Azure so far: an identity, and a place for everything durable.
targetScope = 'subscription'

@description('Name of the azd environment; it is in every name.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('Region of all resources.')
@minLength(1)
param location string

var token = uniqueString(subscription().id, environmentName, location)
var tags = { 'azd-env-name': environmentName }
var names = {
  group: 'rg-millrace-${environmentName}'
  identity: 'id-millrace-${token}'
  storage: 'stmillrace${token}'
  container: 'millrace'
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

output AZURE_RESOURCE_GROUP string = group.name
output AZURE_CLIENT_ID string = identity.outputs.clientId
output MILLRACE_STORAGE_BLOB_ENDPOINT string = storage.outputs.endpoint
output MILLRACE_STORAGE_BLOB_CONTAINER string = storage.outputs.container
