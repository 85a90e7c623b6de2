import { expect, test } from 'vitest'
import { plotLines } from '../../render/index.ts'

/** What stands along the x axis of a plot from nought to `most`. */
async function along(most: number): Promise<string[]> {
  const { svg } = await plotLines({
    ...{ title: 'losses', subtitle: '', xTitle: 'epoch', yTitle: 'loss' },
    series: [
      {
        name: 'one',
        points: [
          { x: 0, y: 5 },
          { x: most, y: 6 },
        ],
      },
    ],
  })
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!)
  return texts.slice(0, texts.indexOf('epoch'))
}

test('an axis tells thousands short, and parts of one as they are', async () => {
  expect(await along(40_000)).toEqual(expect.arrayContaining(['0', '10k', '40k']))
  expect(await along(0.2)).toEqual(expect.arrayContaining(['0', '0.1', '0.2']))
  for (const most of [0.2, 3]) for (const text of await along(most)) expect(text).toMatch(/^[\d.]+$/)
})
