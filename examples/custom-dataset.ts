/**
 * A custom dataset in one file: coloured discs on a dark ground, labelled by their colour.
 *
 *     ringside train gan ./examples/custom-dataset.ts#Discs
 *
 * A function that gives pictures as bytes is enough; `validation` and `test` may be left out, and so may labels. Settings of
 * its own come with a definition (docs/datasets.md).
 */
import type { DatasetContext, SimpleDataset, SimpleSplit } from 'ringside/generative'

const image = { height: 16, width: 16, channels: 3 }
const colours = { red: [230, 60, 50], green: [70, 200, 90], blue: [70, 110, 240] } as const

export function Discs({ rng }: DatasetContext): SimpleDataset {
  return {
    image,
    classes: Object.keys(colours),
    description: 'discs of three colours',
    train: draw(600),
    validation: draw(60),
    test: draw(60),
  }

  function draw(count: number): SimpleSplit {
    const { height, width, channels } = image
    const images = new Uint8Array(count * height * width * channels).fill(24)
    const labels = new Uint8Array(count)
    for (let n = 0; n < count; n++) {
      labels[n] = rng.int(3)
      const colour = Object.values(colours)[labels[n]!]!
      const [x, y, radius] = [rng.uniform(5, 11), rng.uniform(5, 11), rng.uniform(2, 5)]
      for (let row = 0; row < height; row++)
        for (let column = 0; column < width; column++)
          if ((column - x) ** 2 + (row - y) ** 2 < radius ** 2)
            images.set(colour, ((n * height + row) * width + column) * channels)
    }
    return { images, labels }
  }
}
