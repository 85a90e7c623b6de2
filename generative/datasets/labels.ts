/** Names of the classes of digits. */
export const digits: readonly string[] = Array.from({ length: 10 }, (_, digit) => `${digit}`)
