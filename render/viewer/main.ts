import { connect, type Connection } from './connection.ts'
import { el, setText } from './dom.ts'
import { count, format } from './numbers.ts'
import { createKeyboard, keyHelp, pageHelp, type Keyboard } from './keyboard.ts'
import { createEpisodePanel, type EpisodePanel } from './panels/episode.ts'
import { createEpisodesPanel, type EpisodesPanel } from './panels/episodes.ts'
import { createGalleryPanel, type GalleryPanel } from './panels/gallery.ts'
import { createObservationPanel, type ObservationPanel } from './panels/observation.ts'
import { createTrainingPanel, type TrainingPanel } from './panels/training.ts'
import { createTransport, type Transport } from './panels/transport.ts'
import { createValuesPanel, type ValuesPanel } from './panels/values.ts'
import { protocolVersion, type FrameMessage, type Hello, type ServerMessage, type StatusMessage } from './protocol.ts'
import { createSceneView, type SceneView } from './scene/scene-view.ts'

/** Parts of the page, made when the server has said what there is to see. */
interface Page {
  readonly training: TrainingPanel
  readonly stage: StageParts | undefined
  readonly gallery?: GalleryPanel
}

interface StageParts {
  readonly scene: Promise<SceneView>
  readonly values: ValuesPanel
  readonly observation: ObservationPanel
  readonly episode: EpisodePanel
  readonly episodes: EpisodesPanel
  readonly transport: Transport
  readonly keyboard: Keyboard
  readonly caption: HTMLElement
  readonly numbers: HTMLElement
  readonly acts: HTMLElement
}

const byId = (id: string): HTMLElement => document.getElementById(id)!
let page: Page | undefined
let hello: Hello | undefined
let status: StatusMessage | undefined
const refused = el('p', { class: 'refused', role: 'alert' })

function receive(message: ServerMessage): void {
  switch (message.kind) {
    case 'hello':
      return greet(message)
    case 'frame':
      return showFrame(message)
    case 'trace':
      return page?.stage?.episode.add(message)
    case 'status':
      return showStatus(message)
    case 'saliency':
      if (status?.saliency === true) page?.stage?.observation.showSaliency(message)
      return
    case 'curves':
      return page?.training.show(message)
    case 'samples':
      return page?.gallery?.list(message)
    case 'grid':
      return page?.gallery?.grid(message)
    case 'between':
      return page?.gallery?.between(message)
    case 'refused':
      setText(refused, message.why)
      clearTimeout(refusedTimer)
      refusedTimer = setTimeout(() => setText(refused, ''), 4000)
  }
}
let refusedTimer: ReturnType<typeof setTimeout> | undefined

/** Said again after every reconnection: the page is made anew only where there is something else to see. */
function greet(now: Hello): void {
  if (now.version !== protocolVersion) location.reload()
  const same = hello !== undefined && JSON.stringify(hello) === JSON.stringify(now)
  if (hello !== undefined && !same) location.reload()
  hello = now
  if (same) return
  const { agent, env, mode, runs } = now
  setText(byId('agent'), mode === 'curves' ? `${runs.length} runs` : (agent ?? 'You'))
  setText(byId('env'), `${mode === 'play' ? 'play' : { curves: 'in', model: 'learns', watch: 'plays' }[mode]} ${env}`)
  document.title = `${byId('agent').textContent} ${byId('env').textContent} · Ringside`
  page = build(now)
}

function build(now: Hello): Page {
  const main = byId('main')
  const training = createTrainingPanel(now.mode === 'curves')
  training.element.hidden = true
  if (now.mode === 'curves') {
    main.className = 'curves'
    main.replaceChildren(training.element, refused)
    return { training, stage: undefined }
  }
  if (now.mode === 'model') {
    const gallery = createGalleryPanel((request) => connection.send(request))
    setText(byId('about'), now.runs.join(', '))
    main.replaceChildren(gallery.element, el('div', { class: 'right' }, training.element), refused)
    return { training, stage: undefined, gallery }
  }
  const send: Connection['send'] = (message) => connection.send(message)
  const transport = createTransport(now, send)
  const host = el('div', { class: 'scene', role: 'img', 'aria-label': `${now.env}, as it is now` })
  const caption = el('p', { class: 'caption' })
  const numbers = el('p', { class: 'numbers' })
  const acts = el('p', { class: 'acts', 'aria-live': 'polite' })
  const [values, observation, episode] = [
    createValuesPanel(now),
    createObservationPanel(now, transport.saliency),
    createEpisodePanel(),
  ]
  const episodes = createEpisodesPanel(send)
  if (now.agent === null) {
    values.element.hidden = true
    // A person sees the picture; a few numbers tell more than it does.
    observation.element.hidden = now.layout?.kind !== 'vector' || now.layout.length > 16
  }
  main.replaceChildren(
    el(
      'div',
      { class: 'left' },
      el(
        'section',
        { class: 'stage', 'aria-label': 'Scene' },
        host,
        caption,
        numbers,
        acts,
        transport.element,
        refused,
      ),
      training.element,
    ),
    el('div', { class: 'right' }, values.element, observation.element, episode.element, episodes.element),
  )
  const scene = createSceneView(host, () => performance.mark('first-picture'))
  scene.then(
    (view) =>
      setInterval(
        () => setText(byId('rate'), `${view.rate()} ${view.rate() === 1 ? 'picture' : 'pictures'} a second`),
        500,
      ),
    (error: unknown) => setText(host, `This browser cannot draw the scene (WebGL): ${String(error)}`),
  )
  const keyboard = createKeyboard(now, send, (key) => transport.press(key))
  setText(byId('hint'), pageHelp(now))
  if (now.mode === 'play') setText(acts, `You act: ${keyHelp(now)}`)
  return {
    training,
    stage: { scene, values, observation, episode, episodes, transport, keyboard, caption, numbers, acts },
  }
}

function showFrame(frame: FrameMessage): void {
  const stage = page?.stage
  if (stage === undefined) return
  void stage.scene.then((view) => view.show(frame.scene, frame.glide))
  const { step, episode, reward, ended } = frame
  setText(stage.caption, frame.scene.caption ?? '')
  const parts = [
    ['episode', count(episode)],
    ['step', count(step)],
    ['reward', format(reward)],
    ['return', format(frame.return)],
    ['', ended === null ? (frame.explored ? 'explores' : '') : ended],
  ] as const
  if (stage.numbers.childElementCount === 0)
    stage.numbers.append(...parts.map(([name]) => el('span', {}, name === '' ? '' : `${name} `, el('b'))))
  stage.numbers.querySelectorAll('b').forEach((b, i) => {
    setText(b, parts[i]![1])
  })
  stage.numbers.dataset['step'] = String(step)
  stage.numbers.dataset['episode'] = String(episode)
  stage.values.show(frame)
  stage.observation.show(frame)
}

function showStatus(now: StatusMessage): void {
  status = now
  const stage = page?.stage
  if (stage === undefined || hello === undefined) return
  stage.transport.show(now)
  stage.keyboard.show(now)
  stage.episodes.show(now)
  document.body.classList.toggle('taken-over', now.takenOver)
  if (!now.saliency) stage.observation.showSaliency(undefined)
  if (hello.mode === 'watch') setText(stage.acts, now.takenOver ? `You act: ${keyHelp(hello)} · Esc gives it back` : '')
  const about = [
    ...hello.runs,
    ...(now.policyStep === null
      ? hello.agent === null
        ? []
        : ['untrained']
      : [`policy of step ${count(now.policyStep)}${now.training ? ', learning on' : ''}`]),
    ...(now.viewers > 1 ? [`${now.viewers} pages`] : []),
  ]
  setText(byId('about'), about.join(' · '))
}

const connection: Connection = connect({
  message: receive,
  state(state, seconds) {
    const element = byId('connection')
    element.dataset['state'] = state
    setText(
      element,
      state === 'lost'
        ? `connection lost; trying again in ${seconds ?? 0} s`
        : state === 'connected'
          ? 'live'
          : 'connecting…',
    )
  },
})
