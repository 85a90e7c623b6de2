import { expect, test } from 'vitest'
import { scoreText } from '../../../runner/report/score-text.ts'

test('scores have as many decimals as tell those of their size apart', () => {
  const said = [475.24, -110, 9.996, 6.914, -1, 0.7362, -0.0451, 0].map(scoreText)
  expect(said).toEqual(['475.2', '-110.0', '10.00', '6.91', '-1.00', '0.736', '-0.045', '0.0'])
})
