import { parsePaths, type PenPath, type Roundness } from './outline.ts'

/** A way to draw the ten digits. Lengths are shares of a digit's height; ranges are drawn from uniformly. */
export interface Face {
  readonly name: string
  /** Of each digit the ways to draw it; a number keeps to one way for each digit. */
  readonly glyphs: readonly (readonly (readonly PenPath[])[])[]
  /** Width of a digit. */
  readonly width: readonly [number, number]
  /** Half the width of a vertical stroke. */
  readonly pen: readonly [number, number]
  /** Half the width of a horizontal stroke, as a share of that. */
  readonly contrast: readonly [number, number]
  readonly cap: 'square' | 'round'
  /** Leans to the right by at most this share of the height. */
  readonly slant: number
}

const round: Readonly<Record<number, readonly string[]>> = {
  0: ['M .5 0 H 1 .38 L 1 .62 V .5 1 H 0 .62 L 0 .38 V .5 0 Z'],
  1: ['M .2 .24 L .62 0 L .62 1', 'M .5 0 L .5 1', 'M .15 .25 L .58 0 L .58 1 M .2 1 L .96 1'],
  2: [
    'M .02 .27 V .5 0 H .97 .28 C .97 .55 .1 .72 .02 1 L 1 1',
    'M .02 .24 C .1 .05 .3 0 .5 0 H .95 .27 C .95 .45 .75 .6 .02 1 L 1 1',
  ],
  3: [
    'M .03 .22 C .1 .05 .3 0 .48 0 H .94 .25 V .42 .47 M .42 .47 H 1 .73 V .48 1 C .28 1 .07 .94 0 .77',
    'M .06 0 L .94 0 L .46 .4 H 1 .7 V .46 1 C .26 1 .07 .94 0 .79',
  ],
  4: ['M .72 1 L .72 0 L 0 .7 L 1 .7', 'M .2 0 L .02 .6 L 1 .6 M .74 .32 L .74 1'],
  5: [
    'M .92 0 L .16 0 L .08 .47 C .2 .38 .32 .35 .48 .35 H 1 .67 V .46 1 C .26 1 .07 .93 0 .78',
    'M .95 0 L .1 0 L .1 .4 L .46 .4 H 1 .7 V .46 1 L .03 1',
  ],
  6: [
    'M .93 .19 C .86 .05 .7 0 .52 0 H 0 .45 L 0 .66 V .5 1 H 1 .68 V .5 .38 C .26 .38 .05 .5 0 .66',
    'M .78 0 C .35 .22 0 .45 0 .68 V .5 1 H 1 .69 V .5 .4 C .3 .4 .1 .48 .02 .62',
  ],
  7: ['M 0 0 L 1 0 L .36 1', 'M 0 0 L 1 0 C .62 .4 .42 .7 .38 1', 'M 0 0 L 1 0 L .38 1 M .3 .5 L .92 .5'],
  // Two loops that share their middle.
  8: ['M .5 .46 H .06 .23 V .5 0 H .94 .23 V .5 .46 Z M .5 .46 H 1 .73 V .5 1 H 0 .73 V .5 .46 Z'],
  9: [
    'M .07 .81 C .14 .95 .3 1 .48 1 H 1 .55 L 1 .34 V .5 0 H 0 .32 V .5 .62 C .74 .62 .95 .5 1 .34',
    'M .22 1 C .65 .78 1 .55 1 .32 V .5 0 H 0 .31 V .5 .6 C .7 .6 .9 .52 .98 .38',
  ],
}

const boxy: Readonly<Record<number, readonly string[]>> = {
  0: ['M .5 0 H 1 .25 L 1 .75 V .5 1 H 0 .75 L 0 .25 V .5 0 Z'],
  1: ['M .2 .2 L .6 0 L .6 1', 'M .2 .2 L .55 0 L .55 1 M .15 1 L .95 1'],
  2: ['M 0 .26 L 0 .2 V .4 0 L .6 0 H 1 .2 L 1 .36 L 0 .84 L 0 1 L 1 1'],
  3: ['M 0 .2 V .4 0 L .6 0 H 1 .2 L 1 .32 V .6 .48 L .35 .48 M .6 .48 H 1 .66 L 1 .8 V .6 1 L .4 1 H 0 .8'],
  4: ['M .75 1 L .75 0 L 0 .66 L 1 .66', 'M .1 0 L .1 .56 L 1 .56 M .8 0 L .8 1'],
  5: ['M 1 0 L .05 0 L .05 .42 L .6 .42 H 1 .62 L 1 .8 V .6 1 L .4 1 H 0 .8'],
  6: ['M 1 .2 V .6 0 L .4 0 H 0 .2 L 0 .8 V .4 1 L .6 1 H 1 .8 L 1 .62 V .6 .45 L .04 .45'],
  7: ['M 0 0 L 1 0 L 1 .14 L .4 1', 'M 0 .16 L 0 0 L 1 0 L .42 1'],
  8: [
    'M .5 .47 L .35 .47 H .04 .33 L .04 .16 V .35 0 L .65 0 H .96 .16 L .96 .33 V .65 .47 Z ' +
      'M .5 .47 L .65 .47 H 1 .63 L 1 .84 V .65 1 L .35 1 H 0 .84 L 0 .63 V .35 .47 Z',
  ],
  9: ['M 0 .8 V .4 1 L .6 1 H 1 .8 L 1 .2 V .6 0 L .4 0 H 0 .2 L 0 .38 V .4 .55 L .96 .55'],
}

/** Feet and flags at the ends of the strokes of a face with serifs. */
const serifs: Readonly<Record<number, string>> = {
  1: ' M .3 1 L .92 1',
  2: ' M 1 1 L 1 .86',
  4: ' M .5 1 L .95 1',
  5: ' M .92 0 L .92 .06',
  7: ' M 0 0 L 0 .16',
}

const digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

function glyphsOf(
  texts: Readonly<Record<number, readonly string[]>>,
  roundness: Roundness,
  additions: Readonly<Record<number, string>> = {},
): Face['glyphs'] {
  return digits.map((digit) => texts[digit]!.map((text) => parsePaths(text + (additions[digit] ?? ''), roundness)))
}

export const faces: readonly Face[] = [
  {
    name: 'grotesque',
    glyphs: glyphsOf(round, 0.58),
    ...{ width: [0.54, 0.68], pen: [0.06, 0.115], contrast: [0.75, 1], cap: 'square', slant: 0.05 },
  },
  {
    name: 'condensed',
    glyphs: glyphsOf(round, 0.68),
    ...{ width: [0.38, 0.5], pen: [0.05, 0.09], contrast: [0.85, 1], cap: 'square', slant: 0 },
  },
  {
    name: 'serif',
    glyphs: glyphsOf({ ...round, 1: [round[1]![0]!] }, 0.56, serifs),
    ...{ width: [0.5, 0.62], pen: [0.06, 0.1], contrast: [0.28, 0.5], cap: 'square', slant: 0.2 },
  },
  {
    name: 'tube',
    glyphs: glyphsOf(round, 0.56),
    ...{ width: [0.5, 0.64], pen: [0.04, 0.075], contrast: [1, 1], cap: 'round', slant: 0.15 },
  },
  {
    name: 'thin',
    glyphs: glyphsOf(round, 0.55),
    ...{ width: [0.5, 0.66], pen: [0.028, 0.045], contrast: [1, 1], cap: 'square', slant: 0 },
  },
  {
    name: 'plate',
    glyphs: glyphsOf(boxy, 0.6),
    ...{ width: [0.46, 0.6], pen: [0.06, 0.1], contrast: [0.85, 1], cap: 'square', slant: 0 },
  },
  {
    name: 'block',
    glyphs: glyphsOf(boxy, 'cut'),
    ...{ width: [0.48, 0.62], pen: [0.07, 0.11], contrast: [0.9, 1], cap: 'square', slant: 0 },
  },
]
