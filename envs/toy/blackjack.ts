import { checkFlags } from '../../core/check-options.ts'
import type { Rng } from '../../core/rng.ts'
import type { Scene, SceneItem } from '../../core/scene.ts'
import { fields } from '../../core/state.ts'
import { Environment } from '../environment.ts'
import { palette } from '../palette.ts'
import { discrete, tuple } from '../spaces/index.ts'
import type { EnvSnapshot, ResetResult, SpaceValue, StepResult } from '../types.ts'

/** Ace 1, pictures 10; cards are drawn with replacement. */
const deck = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10, 10]

/**
 * # Blackjack
 *
 * Beat the dealer by coming closer to 21 without going over (Sutton and Barto, example 5.1). Rules are Gymnasium's.
 *
 * | observation | meaning                  | range  |
 * |-------------|--------------------------|--------|
 * | 0           | the player's sum         | 0 … 31 |
 * | 1           | the dealer's shown card  | 0 … 10 |
 * | 2           | a usable ace (counts 11) | 0, 1   |
 *
 * Actions: 0 stick, 1 hit. Reward: 1 for winning, −1 for losing, 0 for a draw; a natural (ace and ten) wins against anything
 * but a natural with `sab` (the default), and pays 1.5 with `natural` and not `sab`. Ends on sticking or going over 21.
 *
 * Versions: v1.
 */
export class Blackjack extends Environment<readonly SpaceValue[], number> {
  readonly observationSpace = tuple([discrete(32), discrete(11), discrete(2)])
  readonly actionSpace = discrete(2)
  private readonly natural: boolean
  private readonly sab: boolean
  private player: number[] = [10, 10]
  private dealer: number[] = [10, 10]
  private open = true

  constructor({ natural = false, sab = true }: { readonly natural?: boolean; readonly sab?: boolean } = {}) {
    super()
    checkFlags('Blackjack', { natural, sab })
    this.natural = natural
    this.sab = sab
  }

  protected begin(): ResetResult<readonly SpaceValue[]> {
    this.dealer = [draw(this.rng), draw(this.rng)]
    this.player = [draw(this.rng), draw(this.rng)]
    this.open = true
    return { observation: this.observe(), info: {} }
  }

  step(action: number): StepResult<readonly SpaceValue[]> {
    const result = (reward: number, terminated: boolean): StepResult<readonly SpaceValue[]> => {
      this.open = !terminated
      return { observation: this.observe(), reward, terminated, truncated: false, info: {} }
    }
    if (action === 1) {
      this.player.push(draw(this.rng))
      return sum(this.player) > 21 ? result(-1, true) : result(0, false)
    }
    while (sum(this.dealer) < 17) this.dealer.push(draw(this.rng))
    const reward = Math.sign(score(this.player) - score(this.dealer))
    if (this.sab) return result(isNatural(this.player) && !isNatural(this.dealer) ? 1 : reward, true)
    return result(this.natural && isNatural(this.player) && reward === 1 ? 1.5 : reward, true)
  }

  render(): Scene {
    const hand = (cards: readonly number[], y: number, hidden: boolean): SceneItem[] =>
      cards.flatMap((card, i): SceneItem[] => {
        const x = 40 + i * 70
        const covered = hidden && i > 0
        const paper: SceneItem = {
          kind: 'rect',
          x,
          y,
          width: 58,
          height: 82,
          cornerRadius: 7,
          fill: covered ? palette.blue : palette.paper,
          stroke: { color: palette.ink, width: 2 },
        }
        const face = card === 1 ? 'A' : String(card)
        return covered
          ? [paper]
          : [
              paper,
              {
                kind: 'text',
                x: x + 29,
                y: y + 41,
                text: face,
                size: 30,
                align: 'center',
                baseline: 'middle',
                color: palette.ink,
              },
            ]
      })
    const owner = (text: string, y: number): SceneItem => ({
      ...{ kind: 'text', x: 40, y, text, size: 15, baseline: 'middle' },
      color: palette.ink,
    })
    return {
      width: 400,
      height: 300,
      background: '#dfe9d8',
      fps: 2,
      caption: `player ${sum(this.player)}, dealer shows ${this.dealer[0]}`,
      items: [
        owner('dealer', 24),
        ...hand(this.dealer, 40, this.open),
        owner(`player: ${sum(this.player)}`, 164),
        ...hand(this.player, 180, false),
      ],
    }
  }

  protected saveState(): EnvSnapshot {
    return { player: Float64Array.from(this.player), dealer: Float64Array.from(this.dealer), open: this.open }
  }

  protected restoreState(snapshot: EnvSnapshot): void {
    const saved = fields(snapshot, 'Blackjack')
    this.player = [...saved.array('player', 'float64')]
    this.dealer = [...saved.array('dealer', 'float64')]
    this.open = saved.boolean('open')
  }

  private observe(): readonly SpaceValue[] {
    return [sum(this.player), this.dealer[0]!, hasUsableAce(this.player) ? 1 : 0]
  }
}

function draw(rng: Rng): number {
  return deck[rng.int(deck.length)]!
}

function hasUsableAce(hand: readonly number[]): boolean {
  return hand.includes(1) && total(hand) + 10 <= 21
}

function total(hand: readonly number[]): number {
  return hand.reduce((a, b) => a + b, 0)
}

function sum(hand: readonly number[]): number {
  return total(hand) + (hasUsableAce(hand) ? 10 : 0)
}

function score(hand: readonly number[]): number {
  return sum(hand) > 21 ? 0 : sum(hand)
}

function isNatural(hand: readonly number[]): boolean {
  return hand.length === 2 && hand.includes(1) && hand.includes(10)
}
