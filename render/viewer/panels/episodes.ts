import { el, setText } from '../dom.ts'
import { count, format } from '../numbers.ts'
import type { PageMessage, StatusMessage } from '../protocol.ts'
import { panel } from './panel.ts'

export interface EpisodesPanel {
  readonly element: HTMLElement
  show(status: StatusMessage): void
}

/** Rows shown, the newest first. */
const mostRows = 12

/** The episodes so far; a press plays one again from its start. */
export function createEpisodesPanel(send: (message: PageMessage) => void): EpisodesPanel {
  const empty = el('p', { class: 'note' }, 'None has ended yet.')
  const list = el('ol', { class: 'episodes', reversed: '' })
  const element = panel('episodes', 'Episodes', empty, list)
  let shown = ''
  return {
    element,
    show({ episodes, episode }) {
      const text = JSON.stringify([episodes, episode])
      if (text === shown) return
      shown = text
      empty.hidden = episodes.length > 0
      const [low, high] = [Math.min(...episodes.map((e) => e.return)), Math.max(...episodes.map((e) => e.return))]
      const rows = episodes
        .slice(-mostRows)
        .reverse()
        .map((entry) => {
          const again = el('button', { type: 'button', title: 'Play it again from its start' })
          const bar = el('span', { class: 'bar' })
          bar.style.transform = `scaleX(${high === low ? 1 : 0.02 + 0.98 * ((entry.return - low) / (high - low))})`
          again.append(
            el('span', { class: 'name' }, `${entry.number}`),
            el('span', { class: 'track' }, bar),
            el('span', { class: 'number' }, format(entry.return)),
            el('span', { class: 'soft' }, `${count(entry.length)} steps${entry.complete ? '' : ', left'}`),
          )
          if (entry.number === episode) again.setAttribute('aria-current', 'true')
          again.addEventListener('click', () => send({ kind: 'episode', number: entry.number }))
          return el('li', {}, again)
        })
      list.replaceChildren(...rows)
      const whole = episodes.filter((entry) => entry.complete)
      setText(
        element.querySelector('h2')!,
        whole.length > 1 ? `Episodes: mean return ${format(mean(whole))}` : 'Episodes',
      )
    },
  }
}

function mean(episodes: StatusMessage['episodes']): number {
  return episodes.reduce((sum, e) => sum + e.return, 0) / episodes.length
}
