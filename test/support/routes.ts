import type { TestApi } from './api.ts'

export interface Route {
  readonly method: string
  /** With parameters as in `/v1/sweeps/:id`. */
  readonly url: string
}

/**
 * Every route of the router itself: the addresses by its printed tree, their methods by the Allow header that a method gets which none
 * of them offers. HEAD goes with GET. The page at /docs is left out: files that describe nothing.
 */
export async function routesOf(app: TestApi['app']): Promise<Route[]> {
  await app.ready()
  const routes: Route[] = []
  for (const url of printedAddresses(app.printRoutes({ commonPrefix: false }))) {
    if (url.startsWith('/docs')) continue
    const { headers } = await app.inject({ method: 'OPTIONS', url: url.replaceAll(/:\w+/g, 'x') })
    const methods = String(headers['allow']).split(', ')
    routes.push(...methods.filter((method) => method !== 'HEAD').map((method) => ({ method, url })))
  }
  return routes
}

/** Each line has a part of the address behind four characters for each level above it. */
function printedAddresses(tree: string): string[] {
  const path: string[] = []
  return tree.split('\n').flatMap((line) => {
    const { 1: indent = '', 2: part = '', 3: methods } = /^([│ ]*)[├└]── (\S+)(?: \((.*)\))?$/u.exec(line) ?? []
    if (part === '') return []
    path.splice(indent.length / 4, path.length, part)
    return methods === undefined ? [] : [path.join('')]
  })
}
