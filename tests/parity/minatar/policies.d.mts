export const policies: Readonly<Record<string, (observation: Uint8Array) => number>>
