/** Text inside HTML. */
export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** A table of texts, its first row the header; wide ones scroll by themselves, those of `words` are broken into lines. */
export function tableHtml([header = [], ...rows]: readonly (readonly string[])[], kind?: 'words'): string {
  const cells = (tag: 'th' | 'td', row: readonly string[]): string =>
    `<tr>${row.map((text) => `<${tag}>${escape(text)}</${tag}>`).join('')}</tr>`
  return `<div class="wide"><table${kind === undefined ? '' : ` class="${kind}"`}>${cells('th', header)}${rows.map((row) => cells('td', row)).join('')}</table></div>`
}

/** One file that opens without a network: nothing in it points outside. */
export function pageHtml(title: string, body: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(title)}</title>
<style>
  :root { color-scheme: light dark; --text: #26282d; --soft: #5c6068; --line: #e4e1d9; --page: #fff; --card: #f6f4ef; }
  @media (prefers-color-scheme: dark) { :root { --text: #e8e6e1; --soft: #a9adb5; --line: #3a3d44; --page: #1b1d21; --card: #26292f; } }
  body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: var(--text); background: var(--page); }
  h1 { margin-bottom: .2rem; } h2 { margin-top: 2.5rem; }
  .wide { overflow-x: auto; }
  table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
  td, th { padding: .35rem .8rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
  td:first-child, th:first-child { text-align: left; padding-left: 0; }
  figure { margin: 1.5rem 0; } figcaption, .soft { color: var(--soft); }
  figure svg, figure img { max-width: 100%; height: auto; }
  figure svg { background: #fff; border-radius: .4rem; }
  figure img.small { image-rendering: pixelated; }
  dl.figures { display: flex; flex-wrap: wrap; gap: .8rem; margin: 1.5rem 0; }
  dl.figures > div { background: var(--card); border-radius: .4rem; padding: .6rem 1rem; }
  dl.figures dt { color: var(--soft); font-size: .9rem; } dl.figures dd { margin: 0; font-size: 1.4rem; }
  .curves { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 27rem), 1fr)); gap: 1rem; } .curves figure { margin: 0; }
  .share { height: .8rem; background: #2a6fbb; border-radius: .2rem; min-width: 1px; }
  .times { display: grid; grid-template-columns: max-content 1fr max-content; gap: .3rem .8rem; align-items: center; }
  pre { background: var(--card); padding: .8rem 1rem; border-radius: .4rem; overflow-x: auto; }
  table.words td { white-space: normal; overflow-wrap: anywhere; }
  summary { cursor: pointer; }
  @media print { details > * { display: block; } figure { break-inside: avoid; } }
</style>
<h1>${escape(title)}</h1>
${body.join('\n')}
</html>
`
}
