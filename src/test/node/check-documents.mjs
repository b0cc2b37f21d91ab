// Checks both documents of a server: the one by the rules of OpenAPI 3.1, the other with the parser
// of AsyncAPI, which follows its references to the first. Prints what is wrong, and nothing else.
import { Parser } from '@asyncapi/parser'
import { Validator } from '@seriousme/openapi-schema-validator'

const [server] = process.argv.slice(2)
const text = async (path) => (await fetch(server + path)).text()

const openapi = new Validator()
const { valid, errors } = await openapi.validate(await text('/openapi.yml'))
if (!valid || openapi.version !== '3.1') {
  console.log('openapi.yml, taken for', openapi.version, JSON.stringify(errors, null, 1))
}

const source = server + '/asyncapi.yml'
const { document, diagnostics } = await new Parser().parse(await text('/asyncapi.yml'), { source })
for (const { severity, path, message } of diagnostics) {
  if (severity < 2) console.log('asyncapi.yml', path.join('/'), message)
}
if (document?.version() !== '3.0.0') {
  console.log('asyncapi.yml is taken for', document?.version())
}
