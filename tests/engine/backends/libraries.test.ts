import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeMissing, missingLibrary, renamedLibraries } from '../../../engine/backends/libraries.ts'
import { openEngine } from '../../../engine/index.ts'

function folderWith(files: Readonly<Record<string, number>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'ringside-libraries-'))
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), new Uint8Array(bytes))
  return folder
}

test('a missing library is named with the versions of it that are there', () => {
  const folder = folderWith({ 'libcublas.so.12': 1, 'libcublasLt.so.12': 1, 'libcudart.so.12': 1 })
  const message = '/x/libprovider.so: libcublas.so.11: cannot open shared object file: No such file or directory'
  const missing = missingLibrary(message.slice(message.indexOf(' ') + 1), [folder])!
  expect(describeMissing(missing)).toBe(`libcublas.so.11 is missing; found libcublas.so.12 in ${folder}`)
  const none = missingLibrary('libcudnn.so.9: cannot open shared object file: No such file', [folder])!
  expect(describeMissing(none)).toMatch(/libcudnn\.so\.9 is missing, and so is every other/)
  expect(missingLibrary('undefined symbol: cudaMalloc', [folder])).toBeUndefined()
})

test('newer DLLs under older names are warned of', () => {
  const renamed = folderWith({ 'cublas64_80.dll': 70, 'cublas64_12.dll': 70, 'cudnn64_9.dll': 5, 'curand64_10.dll': 6 })
  expect(renamedLibraries([renamed])).toHaveLength(1)
  expect(renamedLibraries([renamed])[0]).toMatch(/cublas64_80\.dll has the size of cublas64_12\.dll/)
  expect(renamedLibraries([folderWith({ 'cublas64_11.dll': 60, 'cublas64_12.dll': 70 })])).toEqual([])
})

test('a device that is not there is refused when the engine is opened, with what to install', async () => {
  await expect(openEngine({ engine: 'onnx', device: 'abacus' })).rejects.toThrow(/offers the devices cpu.*"abacus"/)
  const cuda = await openEngine({ engine: 'onnx', device: 'cuda' }).then(
    (engine) => engine.device,
    (error: Error) => error.message,
  )
  // A machine with CUDA gives the device; every other one is told what is missing.
  expect(cuda).toMatch(/^cuda$|(is not installed|is missing|driver|offers the devices).*/)
})
