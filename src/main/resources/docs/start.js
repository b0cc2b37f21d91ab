SwaggerUIBundle({
  url: '/openapi.yml',
  dom_id: '#api',
  deepLinking: true,
  validatorUrl: null, // nothing of this is sent anywhere
})
