import { createRequire } from 'node:module'

/** The typeface of every picture: it comes with the package, so that text looks the same on machines without any font. */
export const fontFamily = 'DejaVu Sans'

const require = createRequire(import.meta.url)

/** Paths of its regular and bold cuts. */
export function fontFiles(): string[] {
  return ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) => require.resolve(`dejavu-fonts-ttf/ttf/${file}`))
}
