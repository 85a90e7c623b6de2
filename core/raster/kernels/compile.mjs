// Compiles phi.as.ts into phi-module.ts: node core/raster/kernels/compile.mjs
import { writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const fileOf = (name) => fileURLToPath(new URL(name, import.meta.url))

/** The text of phi-module.ts. The compiler is deterministic, so a test can hold the file to its source. */
export async function compilePhi() {
  const source = await readFile(fileOf('phi.as.ts'), 'utf8')
  const options = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--outFile', 'phi.wasm']
  let binary
  const { error, stderr } = await asc.main(['phi.as.ts', ...options], {
    readFile: (name) => (name === 'phi.as.ts' ? source : null),
    writeFile: (_, contents) => void (binary = contents),
    listFiles: () => [],
  })
  if (error) throw new Error(`phi.as.ts does not compile:\n${stderr.toString()}`)
  const base64 = Buffer.from(binary).toString('base64')
  return [
    '/** phi.as.ts as WebAssembly, in base64: made by compile.mjs, never by hand. */',
    'export const phiModule =',
    base64
      .match(/.{1,112}/g)
      .map((line, i, lines) => `  '${line}'${i < lines.length - 1 ? ' +' : ''}`)
      .join('\n'),
    '',
  ].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(fileOf('phi-module.ts'), await compilePhi())
