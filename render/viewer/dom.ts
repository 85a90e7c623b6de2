type Child = Node | string

/** An element with attributes (`class`, `aria-label`, …) and children. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

/** Writes only what is new: layout and screen readers are left alone otherwise. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

/** A colour of the style sheet as the browser resolves it now (light or dark). */
export function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}

/** A canvas whose pixels are the screen's, cleared and scaled to CSS pixels; undefined while it is not laid out. */
export function fitCanvas(
  canvas: HTMLCanvasElement,
): { readonly c: CanvasRenderingContext2D; readonly width: number; readonly height: number } | undefined {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight]
  const c = canvas.getContext('2d')
  if (c === null || width === 0 || height === 0) return undefined
  const scale = devicePixelRatio
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)]
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h]
  c.setTransform(scale, 0, 0, scale, 0, 0)
  c.clearRect(0, 0, width, height)
  return { c, width, height }
}
