import { el, setText } from '../dom.ts'
import { fastest, slowest, type Hello, type PageMessage, type StatusMessage } from '../protocol.ts'

export interface Transport {
  readonly element: HTMLElement
  /** The button that asks for the saliency map; it stands with the observation. */
  readonly saliency: HTMLButtonElement
  show(status: StatusMessage): void
  /** By the keys of the page, where the environment has none of its own. */
  press(key: string): boolean
}

/** Everything a page can ask for, as buttons and as keys. */
export function createTransport(hello: Hello, send: (message: PageMessage) => void): Transport {
  let status: StatusMessage | undefined
  const alone = hello.mode === 'play'
  const button = (text: string, title: string, key: string, click: () => void): HTMLButtonElement => {
    const made = el('button', { type: 'button', title: `${title} (${key})`, 'aria-keyshortcuts': key }, text)
    made.addEventListener('click', click)
    return made
  }
  const toggle = (text: string, title: string, key: string, click: () => void): HTMLButtonElement => {
    const made = button(text, title, key, click)
    made.setAttribute('aria-pressed', 'false')
    return made
  }

  const actions = {
    pause: () => send({ kind: 'pause', on: !(status?.paused ?? false) }),
    step: () => send({ kind: 'step' }),
    back: () => send({ kind: 'back' }),
    next: () => send({ kind: 'next' }),
    takeover: () => send({ kind: 'takeover', on: !(status?.takenOver ?? false) }),
    explore: () => send({ kind: 'explore', on: !(status?.exploring ?? false) }),
    saliency: () => send({ kind: 'saliency', on: !(status?.saliency ?? false) }),
    faster: () => send({ kind: 'speed', speed: stepSpeed(status?.speed ?? 1, 1) }),
    slower: () => send({ kind: 'speed', speed: stepSpeed(status?.speed ?? 1, -1) }),
  }
  const pause = button('Pause', 'Pause or play', 'Space', actions.pause)
  pause.classList.add('main')
  const back = button('◂ Back', 'One step back', 'ArrowLeft', actions.back)
  back.disabled = !hello.canGoBack
  const step = button('Step ▸', 'One step', 'ArrowRight', actions.step)
  const next = button('Next', 'The next episode', 'N', actions.next)
  const take = toggle('Take over', 'Act yourself, by the keyboard', 'T', actions.takeover)
  const explore = toggle('Explore', 'Explore as in training', 'E', actions.explore)
  const saliency = toggle('What matters', 'Show which inputs move max q', 'S', actions.saliency)

  const speed = el('input', {
    type: 'range',
    id: 'speed',
    min: String(Math.log2(slowest)),
    max: String(Math.log2(fastest)),
    step: '0.01',
  })
  speed.addEventListener('input', () => send({ kind: 'speed', speed: clamp(2 ** Number(speed.value)) }))
  const speedText = el('output', { for: 'speed' })
  const seed = el('input', { type: 'number', id: 'seed', min: '0', step: '1', inputmode: 'numeric' })
  seed.addEventListener('change', () => {
    const value = Number(seed.value)
    if (Number.isSafeInteger(value) && value >= 0) send({ kind: 'seed', seed: value })
  })

  const element = el('div', { class: 'transport' })
  element.append(
    el('div', { class: 'buttons', role: 'group', 'aria-label': 'Playback' }, pause, back, step, next),
    ...(alone || hello.agent === null
      ? []
      : [el('div', { class: 'buttons', role: 'group', 'aria-label': 'Who acts, and how' }, take, explore)]),
    el(
      'div',
      { class: 'dials' },
      el('label', { for: 'speed' }, 'speed'),
      speed,
      speedText,
      el('label', { for: 'seed' }, 'seed'),
      seed,
    ),
  )
  const byKey: Readonly<Record<string, () => void>> = {
    ' ': actions.pause,
    ArrowLeft: actions.back,
    ArrowRight: actions.step,
    n: actions.next,
    t: actions.takeover,
    e: actions.explore,
    s: actions.saliency,
    '+': actions.faster,
    '=': actions.faster,
    '-': actions.slower,
  }
  return {
    element,
    saliency,
    show(now) {
      status = now
      setText(pause, now.paused ? 'Play' : 'Pause')
      take.setAttribute('aria-pressed', String(now.takenOver))
      explore.setAttribute('aria-pressed', String(now.exploring))
      saliency.setAttribute('aria-pressed', String(now.saliency))
      if (document.activeElement !== speed) speed.value = String(Math.log2(now.speed))
      setText(speedText, `×${now.speed < 1 ? now.speed.toFixed(2) : now.speed.toFixed(1).replace('.0', '')}`)
      if (document.activeElement !== seed) seed.value = String(now.seed)
    },
    press(key) {
      const act = byKey[key.length === 1 ? key.toLowerCase() : key]
      act?.()
      return act !== undefined
    },
  }
}

/** Doublings from 1, within the bounds. */
function stepSpeed(speed: number, by: 1 | -1): number {
  return clamp(2 ** (Math.round(Math.log2(speed)) + by))
}

function clamp(speed: number): number {
  return Math.min(fastest, Math.max(slowest, speed))
}
