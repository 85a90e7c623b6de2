import { existsSync, readdirSync, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/** A shared library that could not be loaded, and what is there in its place. */
export interface MissingLibrary {
  /** `libcublas.so.12`, `cublas64_12.dll`. */
  readonly wanted: string
  /** Paths of other versions of it. */
  readonly present: readonly string[]
}

/** The library that a loader's message says is missing; undefined when it says something else. */
export function missingLibrary(message: string, folders = libraryFolders()): MissingLibrary | undefined {
  const wanted =
    /([\w+.-]+\.so[.\d]*): cannot open shared object file/.exec(message)?.[1] ??
    /error loading (?:library )?"?([\w.-]+\.dll)/i.exec(message)?.[1] ??
    /Library not loaded: (?:.*\/)?([\w.-]+\.dylib)/.exec(message)?.[1]
  return wanted === undefined ? undefined : { wanted, present: otherVersions(wanted, folders) }
}

/** `libcublas.so.11 is missing (found libcublas.so.12 in /usr/local/cuda/lib64)`. */
export function describeMissing({ wanted, present }: MissingLibrary): string {
  if (present.length === 0) return `${wanted} is missing, and so is every other version of it`
  const shown = present.slice(0, 3).map((path) => `${path.slice(dirname(path).length + 1)} in ${dirname(path)}`)
  return `${wanted} is missing; found ${shown.join(', ')}`
}

/** Files that are the same library in another version. */
export function otherVersions(wanted: string, folders: readonly string[]): string[] {
  const name = stem(wanted)
  return folders.flatMap((folder) =>
    list(folder)
      .filter((file) => file !== wanted && stem(file) === name)
      .map((file) => join(folder, file)),
  )
}

/** `libcublas` of `libcublas.so.12.4`, `cublas64` of `cublas64_12.dll`. */
function stem(file: string): string {
  return file
    .replace(/\.so[.\d]*$/, '')
    .replace(/_\d+\.dll$/i, '')
    .replace(/(\.\d+)*\.dylib$/, '')
}

/** Where the system's loader looks, and where CUDA is usually put. */
export function libraryFolders(
  platform: NodeJS.Platform = process.platform,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string[] {
  const listed = (environment[platform === 'win32' ? 'PATH' : 'LD_LIBRARY_PATH'] ?? '').split(delimiter)
  const usual =
    platform === 'win32'
      ? [environment['CUDA_PATH'] && join(environment['CUDA_PATH'], 'bin')]
      : [
          '/usr/local/cuda/lib64',
          ...cudaFolders('/usr/local'),
          '/usr/lib/x86_64-linux-gnu',
          '/usr/lib/wsl/lib',
          '/usr/lib64',
        ]
  return [...new Set([...listed, ...usual])].filter(
    (folder): folder is string => folder !== undefined && folder !== '' && existsSync(folder),
  )
}

function cudaFolders(parent: string): string[] {
  return list(parent)
    .filter((name) => /^cuda-\d/.test(name))
    .map((name) => join(parent, name, 'lib64'))
}

/**
 * CUDA libraries for Windows that look like a newer one under an older one's name (cublas64_80.dll, of the size of
 * cublas64_12.dll): an old recipe against "DLL not found" that ends in crashes or wrong numbers.
 */
export function renamedLibraries(folders: readonly string[]): string[] {
  const pattern = /^(cublas|cudnn|cufft|curand)64_(\d+)\.dll$/i
  return folders.flatMap((folder) => {
    const files = list(folder).filter((file) => pattern.test(file))
    return files.flatMap((file) => {
      const family = pattern.exec(file)![1]!.toLowerCase()
      const twin = files.find(
        (other) =>
          other !== file &&
          pattern.exec(other)![1]!.toLowerCase() === family &&
          versionOf(other) > versionOf(file) &&
          statSync(join(folder, other)).size === statSync(join(folder, file)).size,
      )
      return twin === undefined
        ? []
        : [
            `${join(folder, file)} has the size of ${twin}: a newer library renamed to an older one's name crashes or computes ` +
              'wrongly. Delete it, and install the CUDA version that is asked for beside the newer one.',
          ]
    })
  })
}

/** Of CUDA 8.0 to 10.0 the names end in 80 to 100, later in 10, 11, 12. */
function versionOf(file: string): number {
  const number = Number(/_(\d+)\.dll$/i.exec(file)?.[1])
  return number >= 60 ? number / 10 : number
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
