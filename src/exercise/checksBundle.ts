/** checksBundle: a file of checks and what it imports of its own folder, as one piece of JavaScript. An edge. */
import { dirname } from 'node:path'
import { buildSync } from 'esbuild'

/** Libraries and `splitbrain` are left to `require`. `map` leads back to the lines of the files. */
export function checksBundle(file: string): { readonly code: string; readonly map: string } {
  const { outputFiles } = buildSync({
    entryPoints: [file],
    bundle: true,
    write: false,
    outfile: 'checks.cjs',
    sourcemap: 'external',
    sourcesContent: false,
    absWorkingDir: dirname(file),
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    packages: 'external',
    external: ['splitbrain'],
    logLevel: 'silent',
  })
  const output = (ending: string) => outputFiles.find(({ path }) => path.endsWith(ending))!.text
  return { code: output('.cjs'), map: output('.map') }
}
