import { existsSync } from 'node:fs'
import { createCanvas, loadImage } from '@napi-rs/canvas'
import { chromium, type Browser, type Page } from 'playwright-core'

const executablePath = process.env['RINGSIDE_CHROMIUM'] ?? '/usr/bin/chromium'

export async function launch(): Promise<Browser> {
  if (!existsSync(executablePath))
    throw new Error(
      `No Chromium at ${executablePath}: apt-get install chromium, or say where it is by RINGSIDE_CHROMIUM.`,
    )
  return chromium.launch({
    executablePath,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync'],
    ],
  })
}

/** What a page asked of the network, and what went wrong in it. */
export interface Watched {
  readonly page: Page
  readonly requests: string[]
  readonly errors: string[]
}

export interface Look {
  readonly width?: number
  readonly height?: number
  readonly scheme?: 'light' | 'dark'
}

export async function openPage(
  browser: Browser,
  address: string,
  { width = 1280, height = 900, scheme = 'light' }: Look = {},
): Promise<Watched> {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme })
  const [requests, errors]: string[][] = [[], []]
  page.on('request', (request) => requests!.push(request.url()))
  page.on('websocket', (socket) => requests!.push(socket.url()))
  page.on('pageerror', (error) => errors!.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors!.push(message.text())
  })
  await page.goto(address)
  return { page, requests: requests!, errors: errors! }
}

export async function firstPicture(page: Page): Promise<number> {
  await page.waitForFunction(() => performance.getEntriesByName('first-picture').length > 0)
  return page.evaluate(() => performance.getEntriesByName('first-picture')[0]!.startTime)
}

export interface Picture {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray
}

/** The scene's pixels, as they are on the screen. */
export async function scenePicture(page: Page): Promise<Picture> {
  const png = await page.locator('.scene canvas').screenshot()
  const image = await loadImage(png)
  const context = createCanvas(image.width, image.height).getContext('2d')
  context.drawImage(image, 0, 0)
  return context.getImageData(0, 0, image.width, image.height)
}

/** Where two pictures differ, as shares of their size; undefined where they do not. */
export function difference(
  a: Picture,
  b: Picture,
): { readonly top: number; readonly bottom: number; readonly pixels: number } | undefined {
  let [top, bottom, pixels] = [Infinity, -Infinity, 0]
  for (let i = 0; i < a.width * a.height; i++) {
    const off = [0, 1, 2].some((k) => Math.abs(a.data[4 * i + k]! - b.data[4 * i + k]!) > 24)
    if (!off) continue
    const y = Math.floor(i / a.width) / a.height
    ;[top, bottom, pixels] = [Math.min(top, y), Math.max(bottom, y), pixels + 1]
  }
  return pixels === 0 ? undefined : { top, bottom, pixels }
}

/** Numbers that the page shows. */
export async function numbers(page: Page): Promise<{ episode: number; step: number; q: number[]; vector: number[] }> {
  return page.evaluate(() => {
    const all = (selector: string): number[] =>
      [...document.querySelectorAll<HTMLElement>(selector)].map((each) => Number(each.dataset['value']))
    const { dataset } = document.querySelector<HTMLElement>('.numbers')!
    return {
      episode: Number(dataset['episode']),
      step: Number(dataset['step']),
      q: all('.bars output'),
      vector: all('.vector output'),
    }
  })
}
