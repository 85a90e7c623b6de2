import type { Ink, Raster } from './raster.ts'
import { fillRect } from './shapes.ts'

/** Five rows of three dots, an octal digit a row, the left dot 4. Small letters are drawn as capitals. */
const glyphs: Readonly<Record<string, string>> = {
  ...{ 0: '75557', 1: '26227', 2: '71747', 3: '71717', 4: '55711' },
  ...{ 5: '74717', 6: '74757', 7: '71222', 8: '75757', 9: '75717' },
  ...{ A: '25755', B: '65656', C: '34443', D: '65556', E: '74647', F: '74644', G: '34553' },
  ...{ H: '55755', I: '72227', J: '11152', K: '55655', L: '44447', M: '57755', N: '65555' },
  ...{ O: '25552', P: '65644', Q: '25563', R: '65655', S: '34216', T: '72222', U: '55557' },
  ...{ V: '55552', W: '55775', X: '55255', Y: '55222', Z: '71247' },
  ...{ ' ': '00000', '.': '00002', ',': '00024', ':': '02020', ';': '02024', '!': '22202', '?': '71202' },
  ...{ '-': '00700', '−': '00700', '+': '02720', '=': '07070', '*': '05250', '×': '00525', '/': '11244' },
  ...{ '(': '12221', ')': '42224', '[': '64446', ']': '31113', '<': '12421', '>': '42124', '|': '22222' },
  ...{ '%': '51245', '#': '57575', "'": '22000', '"': '55000', _: '00007', '°': '25200', '·': '00200' },
}
/** What stands for a letter that there is none of. */
const unknown = '07770'
const columns = 3
const rows = 5

/** Pixels that a line of text takes, its dots `dot` pixels wide and high. */
export function textSize(text: string, dot = 1): { readonly width: number; readonly height: number } {
  return { width: Math.max(0, [...text].length * (columns + 1) - 1) * dot, height: rows * dot }
}

/** Draws a line of text, its top left corner at x, y. */
export function drawText(raster: Raster, text: string, x: number, y: number, ink: Ink, dot = 1): void {
  let left = x
  for (const letter of text.toUpperCase()) {
    const glyph = glyphs[letter] ?? unknown
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        if ((Number(glyph[row]) & (4 >> column)) !== 0)
          fillRect(raster, left + column * dot, y + row * dot, dot, dot, ink)
    left += (columns + 1) * dot
  }
}
