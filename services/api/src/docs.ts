import swaggerUi from '@fastify/swagger-ui'
import type { Api } from './api.ts'

/** Only this server's own files: the page works without a network, and no script of anybody else runs in it. */
const CONTENT_SECURITY_POLICY = {
  'default-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
  'img-src': ["'self'", 'data:'],
  'object-src': "'none'",
  'script-src': "'self'",
  'style-src': ["'self'", "'unsafe-inline'"],
}

/** The page at `/docs` that shows the description and sends requests by it; the key that is typed in stays in the page. */
export function serveDocs(app: Api, description: () => object): void {
  void app.register(async (docs) => {
    docs.addHook('onRoute', (route) => {
      route.config = { ...route.config, scope: null }
    })
    await docs.register(describer(description))
    await docs.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: CONTENT_SECURITY_POLICY,
      theme: { title: 'Collapsar' },
      uiConfig: { tryItOutEnabled: true, displayRequestDuration: true, persistAuthorization: false },
    })
  })
}

/**
 * The page asks the plugin @fastify/swagger for the description. Ours is made from the same routes with the same schemas, in OpenAPI
 * 3.1, so it takes that plugin's place: the name and the function that the page looks for.
 */
function describer(description: () => object) {
  const plugin = async (docs: Pick<Api, 'decorate'>): Promise<void> => {
    docs.decorate('swagger', (options?: { readonly yaml?: boolean }) =>
      // JSON is YAML.
      options?.yaml === true ? JSON.stringify(description()) : description(),
    )
  }
  return Object.assign(plugin, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('plugin-meta')]: { name: '@fastify/swagger', fastify: '5.x' },
  })
}
