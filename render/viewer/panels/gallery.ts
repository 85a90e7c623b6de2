import { el, setText } from '../dom.ts'
import { count } from '../numbers.ts'
import type { BetweenMessage, GridMessage, ModelRequest, SamplesMessage } from '../protocol.ts'
import { panel } from './panel.ts'

export interface GalleryPanel {
  readonly element: HTMLElement
  list(samples: SamplesMessage): void
  grid(message: GridMessage): void
  between(message: BetweenMessage): void
}

/** The pictures of one z over a training, by a slider, and the way from one seed to another. */
export function createGalleryPanel(send: (request: ModelRequest) => void): GalleryPanel {
  const grid = el('canvas', { class: 'pictures', role: 'img', 'aria-label': 'Pictures of one z' })
  const slider = el('input', { type: 'range', id: 'moment', min: '0', max: '0', value: '0' })
  const told = el('output', { for: 'moment' })
  const from = el('input', { type: 'number', id: 'from', min: '0', step: '1', value: '1' })
  const to = el('input', { type: 'number', id: 'to', min: '0', step: '1', value: '2' })
  const way = el('canvas', {
    class: 'pictures',
    role: 'img',
    'aria-label': 'Pictures on the way from one seed to another',
  })
  const samples = panel(
    'samples',
    'The same z over its training',
    el('div', { class: 'dials' }, el('label', { for: 'moment' }, 'moment'), slider, told),
    grid,
  )
  const interpolation = panel(
    'between',
    'From one picture to another',
    el(
      'div',
      { class: 'dials' },
      el('label', { for: 'from' }, 'seed'),
      from,
      el('label', { for: 'to' }, 'to seed'),
      to,
    ),
    way,
  )
  let image: SamplesMessage['image'] = { height: 1, width: 1, channels: 1 }
  let steps: readonly number[] = []
  const ask = (): void => {
    const step = steps[Number(slider.value)]
    if (step !== undefined) send({ kind: 'grid', step })
  }
  const askBetween = (): void => {
    const [a, b] = [Number(from.value), Number(to.value)]
    if ([a, b].every((seed) => Number.isSafeInteger(seed) && seed >= 0)) send({ kind: 'between', from: a, to: b })
  }
  slider.addEventListener('input', ask)
  from.addEventListener('change', askBetween)
  to.addEventListener('change', askBetween)
  return {
    element: el('div', { class: 'left' }, samples, interpolation),
    list(message) {
      // Whoever looks at the newest goes on to what is newer.
      const atEnd = Number(slider.value) >= steps.length - 1
      image = message.image
      steps = message.steps
      slider.max = String(Math.max(0, steps.length - 1))
      if (atEnd) slider.value = slider.max
      samples.hidden = steps.length === 0
      ask()
      askBetween()
    },
    grid({ step, epoch, images }) {
      setText(told, `step ${count(step)}, epoch ${epoch.toFixed(1)}`)
      told.dataset['step'] = String(step)
      draw(grid, images, image)
    },
    between: ({ images }) => draw(way, images, image),
  }
}

/** Pictures side by side, in rows of at most twelve. */
function draw(
  canvas: HTMLCanvasElement,
  images: Uint8Array,
  { height, width, channels }: SamplesMessage['image'],
): void {
  const pixels = height * width
  const pictures = Math.floor(images.length / (pixels * channels))
  const columns = Math.min(12, pictures)
  const rows = Math.ceil(pictures / columns)
  const gap = 1
  canvas.width = columns * (width + gap) - gap
  canvas.height = rows * (height + gap) - gap
  const context = canvas.getContext('2d')!
  const one = new ImageData(width, height)
  for (let i = 0; i < pictures; i++) {
    for (let p = 0; p < pixels; p++) {
      const at = (i * pixels + p) * channels
      for (let k = 0; k < 3; k++) one.data[4 * p + k] = images[channels === 3 ? at + k : at]!
      one.data[4 * p + 3] = 255
    }
    context.putImageData(one, (i % columns) * (width + gap), Math.floor(i / columns) * (height + gap))
  }
}
