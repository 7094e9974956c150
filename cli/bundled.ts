/** bundled: the nodes of a protocol of the course as one file that an answer may be. An edge: it reads the sources. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Protocol, packageRoot } from './door.ts'

/** What a node needs of the rest: only the names. Clusters and rules of searches are not the answer's. */
const STAND_INS = `export { defineNode } from 'splitbrain'
export const defineProtocol = (definition) => definition
export const requestBody = (_protocol, type, fields) => ({ ...fields, type })
export const enter = (situation) => situation
export class Walk {}
`

/** Null outside of a clone, where the sources are not there, and where the file would be larger than an answer may be. */
export async function bundled(protocol: Protocol, mostBytes: number): Promise<string | null> {
  const folder = join(packageRoot(), 'src', 'protocols')
  if (!existsSync(folder)) return null
  const file = readdirSync(folder).find(
    (name) =>
      name.endsWith('.ts') && readFileSync(join(folder, name), 'utf8').includes(`name: '${protocol.name}',`),
  )
  if (file === undefined) return null
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    stdin: { contents: entry(file, protocol), resolveDir: folder, loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'es2023',
    logLevel: 'silent',
    plugins: [
      {
        name: 'stand-ins',
        setup(bundle) {
          bundle.onResolve({ filter: /(?:world\/(?:protocol|situation)|node\/node)\.ts$/ }, () => ({
            path: 'stand-ins',
            namespace: 'stand-ins',
          }))
          bundle.onLoad({ filter: /./, namespace: 'stand-ins' }, () => ({
            contents: STAND_INS,
            loader: 'js',
          }))
          bundle.onResolve({ filter: /^splitbrain$/ }, ({ path }) => ({ path, external: true }))
        },
      },
    ],
  })
  const text = `/** The nodes of ${protocol.name} as the course has them, in one file, without types: write them as they should be read. */
${outputFiles[0]!.text}`
  return Buffer.byteLength(text) > mostBytes ? null : text
}

function entry(file: string, { name, roles, rules }: Protocol): string {
  const nodes = Object.keys(roles(rules)).map((role) => `export const ${role} = nodes['${role}']`)
  return `import * as all from './${file}'
const { roles, rules } = Object.values(all).find((one) => one?.name === '${name}')
const nodes = roles(rules)
${nodes.join('\n')}`
}
