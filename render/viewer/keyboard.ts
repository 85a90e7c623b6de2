import type { Hello, PageMessage, StatusMessage } from './protocol.ts'

export interface Keyboard {
  show(status: StatusMessage): void
}

const names: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ' ': 'space',
}

/** `← left, → right`: what a person presses. */
export function keyHelp({ keys, actions }: Hello): string {
  const told = Object.entries(keys).map(([key, action]) => {
    const name = typeof action === 'number' ? (actions?.[action] ?? String(action)) : action.join(', ')
    return `${names[key] ?? key} ${name}`
  })
  return told.join(' · ')
}

const pageKeys: readonly { readonly keys: readonly string[]; readonly tells: string; readonly needs?: 'agent' }[] = [
  { keys: [' '], tells: 'space pauses' },
  { keys: ['ArrowLeft', 'ArrowRight'], tells: '← → step' },
  { keys: ['+', '-'], tells: '+ − speed' },
  { keys: ['n'], tells: 'n next' },
  { keys: ['t'], tells: 't take over', needs: 'agent' },
  { keys: ['e'], tells: 'e explore', needs: 'agent' },
  { keys: ['s'], tells: 's what matters', needs: 'agent' },
]

/** The keys of the page; those that a person plays by are the environment's. */
export function pageHelp({ mode, keys: own }: Hello): string {
  const free = pageKeys.filter(({ keys, needs }) =>
    mode === 'play' ? needs === undefined && !keys.some((key) => Object.hasOwn(own, key)) : true,
  )
  return free.map(({ tells }) => tells).join(' · ')
}

/**
 * Keys go to the environment while a person acts, else to the page. Fields and buttons keep what they need; Escape gives
 * the keyboard back.
 */
export function createKeyboard(
  hello: Hello,
  send: (message: PageMessage) => void,
  press: (key: string) => boolean,
): Keyboard {
  let takenOver = hello.mode === 'play'
  let held: string[] = []
  const tell = (): void => send({ kind: 'keys', held })
  const known = (key: string): string | undefined =>
    Object.hasOwn(hello.keys, key) ? key : Object.hasOwn(hello.keys, key.toLowerCase()) ? key.toLowerCase() : undefined

  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const target = event.target instanceof HTMLElement ? event.target : undefined
    if (target instanceof HTMLInputElement) return
    const key = known(event.key)
    if (takenOver && key !== undefined) {
      event.preventDefault()
      if (held.includes(key)) return
      held.push(key)
      tell()
      return
    }
    if (takenOver && event.key === 'Escape' && hello.mode === 'watch') return send({ kind: 'takeover', on: false })
    // A focused button is pressed by the space bar.
    if (event.key === ' ' && target instanceof HTMLButtonElement) return
    if (press(event.key)) event.preventDefault()
  })
  addEventListener('keyup', (event) => {
    const key = known(event.key)
    if (key === undefined || !held.includes(key)) return
    held = held.filter((each) => each !== key)
    tell()
  })
  addEventListener('blur', () => {
    if (held.length === 0) return
    held = []
    tell()
  })
  return {
    show(status) {
      takenOver = status.takenOver
      if (!takenOver) held = []
    },
  }
}
