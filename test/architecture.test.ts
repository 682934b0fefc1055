import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from '@babel/parser'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Which workspace packages a package may import; ARCHITECTURE.md draws it. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'packages/trial': [],
  'packages/statistics': [],
  'packages/schema': [],
  'packages/sweep': ['schema', 'trial', 'statistics'],
  'packages/engine-cpu': ['trial'],
  'packages/kernels': ['trial'],
  'packages/engine-cuda': ['kernels', 'trial'],
  'packages/engine-webgpu': ['kernels', 'trial'],
  'packages/engine-tfjs': ['trial'],
  'packages/store': ['sweep', 'trial'],
  'packages/queue': ['sweep'],
  'packages/report': ['sweep', 'statistics', 'trial'],
  'packages/reproductions': ['report', 'statistics', 'sweep', 'trial'],
  'packages/client': ['schema', 'sweep'],
  'packages/metrics': [],
  'services/api': ['client', 'metrics', 'report', 'schema', 'statistics', 'store', 'sweep', 'trial'],
  'services/planner': ['metrics', 'queue', 'store', 'sweep'],
  'services/worker': ['engine-cpu', 'engine-cuda', 'engine-webgpu', 'engine-tfjs', 'metrics', 'queue', 'store', 'sweep', 'trial'],
  'services/standalone': ['api', 'planner', 'worker', 'metrics', 'queue', 'store', 'sweep'],
  'packages/cli': ['client', 'engine-cpu', 'report', 'reproductions', 'standalone', 'statistics', 'sweep', 'trial'],
}

/** Third-party libraries that have one owner each. */
const OWNER: Readonly<Record<string, readonly string[]>> = {
  'bullmq': ['packages/queue'],
  'ioredis': ['packages/queue'],
  'fastify': ['services/api'],
  '@fastify/rate-limit': ['services/api'],
  '@fastify/swagger-ui': ['services/api'],
  '@prisma/client': ['packages/store'],
  '@prisma/adapter-pg': ['packages/store'],
  'pg': ['packages/store', 'packages/queue'],
  'typebox': ['packages/schema'],
  'yaml': ['packages/cli'],
  'prom-client': ['packages/metrics'],
  '@resvg/resvg-js': ['packages/report'],
  'hyparquet-writer': ['packages/report'],
  'koffi': ['packages/engine-cuda'],
  'webgpu': ['packages/engine-webgpu'],
  '@tensorflow/tfjs-core': ['packages/engine-tfjs'],
  '@tensorflow/tfjs-backend-wasm': ['packages/engine-tfjs'],
  '@tensorflow/tfjs-backend-cpu': ['packages/engine-tfjs'],
}

/** Dependencies that are read or compiled, or imported by generated code alone. */
const NOT_IMPORTED = ['@prisma/client', 'dejavu-fonts-ttf', 'node-addon-api', 'node-api-headers']

interface SourceFile {
  readonly path: string
  readonly imports: readonly string[]
}

function sourceFiles(folder: string): SourceFile[] {
  const src = join(root, folder, 'src')
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.includes('generated'))
    .map((name) => ({ path: relative(root, join(src, name)), imports: importsOf(join(src, name)) }))
}

/** Every module a file imports or re-exports, statically or dynamically, by a real parser. */
function importsOf(path: string): string[] {
  const program: unknown = parse(readFileSync(path, 'utf8'), { sourceType: 'module', plugins: ['typescript'] }).program
  const found: string[] = []
  if (!isNode(program)) return found
  visit(program, (node) => {
    const source = node['source'] ?? (node.type === 'CallExpression' ? dynamicSource(node) : null)
    if (isNode(source) && typeof source['value'] === 'string') found.push(source['value'])
  })
  return found
}

interface Node {
  readonly type: string
  readonly [field: string]: unknown
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value
}

function dynamicSource({ callee, arguments: given }: Node): unknown {
  return isNode(callee) && callee.type === 'Import' && Array.isArray(given) ? given[0] : null
}

function visit(node: Node, look: (node: Node) => void): void {
  look(node)
  for (const child of Object.values(node).flat()) if (isNode(child)) visit(child, look)
}

const packages = Object.keys(MAY_IMPORT).map((folder) => ({ folder, files: sourceFiles(folder) }))

describe('the import direction', () => {
  it('covers every package of the workspace', () => {
    const folders = ['packages', 'services'].flatMap((kind) => readdirSync(join(root, kind)).map((name) => `${kind}/${name}`))
    expect(folders.toSorted()).toEqual(Object.keys(MAY_IMPORT).toSorted())
  })

  it.each(packages)('$folder imports only what lies below it', ({ folder, files }) => {
    expect(files.length).toBeGreaterThan(0)
    const forbidden = files.flatMap(({ path, imports }) =>
      imports
        .filter((name) => name.startsWith('@collapsar/'))
        .map((name) => name.slice('@collapsar/'.length))
        .filter((name) => !MAY_IMPORT[folder]!.includes(name))
        .map((name) => `${path} imports ${name}`),
    )
    expect(forbidden).toEqual([])
  })

  it.each(packages)('$folder declares what it imports, and imports what it declares', ({ folder, files }) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>
      optionalDependencies?: Record<string, string>
    }
    const declared = new Set([...Object.keys(manifest.dependencies ?? {}), ...Object.keys(manifest.optionalDependencies ?? {})])
    const undeclared = files.flatMap(({ path, imports }) =>
      imports
        .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
        .map(packageName)
        .filter((name) => !declared.has(name))
        .map((name) => `${path} imports ${name}`),
    )
    expect(undeclared).toEqual([])
    const imported = new Set([...files.flatMap((file) => file.imports.map(packageName)), ...NOT_IMPORTED])
    expect(Object.keys(manifest.dependencies ?? {}).filter((name) => !imported.has(name))).toEqual([])
  })

  it.each(packages)('$folder is entered through its index alone, and leaves no package by a relative path', ({ folder, files }) => {
    const crossing = files.flatMap(({ path, imports }) =>
      imports
        .filter((name) => /^@collapsar\/[^/]+\//.test(name) || relative(folder, join(path, '..', name)).startsWith('..'))
        .filter((name) => name.startsWith('.') || name.startsWith('@collapsar/'))
        .map((name) => `${path} imports ${name}`),
    )
    expect(crossing).toEqual([])
  })

  it('gives each third-party library to its owner', () => {
    const strays = packages.flatMap(({ folder, files }) =>
      files.flatMap(({ path, imports }) =>
        imports
          .map(packageName)
          .filter((name) => OWNER[name] !== undefined && !OWNER[name].includes(folder))
          .map((name) => `${path} imports ${name}`),
      ),
    )
    expect(strays).toEqual([])
  })
})

describe('SQL', () => {
  const BANNED = ['$queryRawUnsafe', '$executeRawUnsafe', 'raw']

  /** Names by which Prisma takes text as SQL; `raw` only of Prisma itself. */
  function unsafeNames(text: string): string[] {
    const found: string[] = []
    const program: unknown = parse(text, { sourceType: 'module', plugins: ['typescript'] }).program
    if (!isNode(program)) return found
    visit(program, (node) => {
      const name = nameOf(node['type'] === 'MemberExpression' || node['type'] === 'OptionalMemberExpression' ? node['property'] : node['key'])
      if (BANNED.includes(name) && (name !== 'raw' || nameOf(node['object']) === 'Prisma')) found.push(name)
    })
    return found
  }

  function nameOf(node: unknown): string {
    return isNode(node) ? String(node['name'] ?? node['value'] ?? '') : ''
  }

  it('is never made of text by Prisma', () => {
    const paths = packages.flatMap(({ files }) => files.map(({ path }) => path))
    expect(paths.flatMap((path) => unsafeNames(readFileSync(join(root, path), 'utf8')).map((name) => `${path} uses ${name}`))).toEqual([])
  })

  it('would be found out, however it is written', () => {
    expect(unsafeNames('db.$queryRawUnsafe(text)')).toEqual(['$queryRawUnsafe'])
    expect(unsafeNames("db?.['$executeRawUnsafe'](text)")).toEqual(['$executeRawUnsafe'])
    expect(unsafeNames('const { $queryRawUnsafe } = db')).toEqual(['$queryRawUnsafe'])
    expect(unsafeNames('Prisma.raw(text); String.raw`x`; db.$queryRaw`SELECT ${1}`')).toEqual(['raw'])
  })
})

function packageName(specifier: string): string {
  const [scope, name] = specifier.split('/')
  return specifier.startsWith('@') ? `${scope}/${name}` : (scope ?? specifier)
}

describe('the tree', () => {
  it('has no folder or file that is named after nothing', () => {
    const names = packages.flatMap(({ files }) => files.map((file) => file.path))
    expect(names.filter((path) => /\b(utils?|helpers?|common|shared|types|misc)\b/.test(path))).toEqual([])
  })
})
