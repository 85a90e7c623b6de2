import { createHash, webcrypto } from 'node:crypto'

/** In hexadecimal digits. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The same on a thread of its own: the bytes are copied at once, and may change after the call. */
export async function sha256InBackground(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex')
}
