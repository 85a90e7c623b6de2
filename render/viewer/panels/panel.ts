import { el } from '../dom.ts'

/** A titled part of the page. Hidden until it has something to show. */
export function panel(id: string, title: string, ...content: readonly Node[]): HTMLElement {
  const section = el('section', { class: 'panel', id, 'aria-labelledby': `${id}-title` })
  section.append(el('h2', { id: `${id}-title` }, title), ...content)
  return section
}
