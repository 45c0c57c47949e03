import assert from 'node:assert/strict'
import { test } from 'node:test'
import { htmlBytesMax, readHtml, readHtmlText } from './read-html.ts'
import { Unreadable, type UnreadableReason } from './read-page.ts'

const long =
  'A suitcase of up to 23 kg costs 25 € when it is booked before the day of departure, else 40 € at the desk.'
const bytes = (html: string): Buffer => Buffer.from(html)
const textOf = (html: string): string => JSON.stringify(readHtmlText(html).body)
const refuses = (reason: UnreadableReason) => (error: unknown) =>
  error instanceof Unreadable && error.reason === reason

test('a page becomes headings, paragraphs, points and rows of plain text', () => {
  const page = readHtml(
    bytes(`<!doctype html><html lang="en-GB"><head><title>Baggage | Air</title>
      <link rel="canonical" href="/help/baggage"></head><body><main>
      <h1>Bag<b>gage</b></h1><p>${long}</p>
      <ul><li>one <a href="/x">piece</a><ul><li>of 8&nbsp;kg</li></ul></li><li>free</li></ul>
      <ol start="3"><li>third<li>fourth</ol>
      <table><tr><th>Route<th>Weight<tr><td>A–B<td>23 kg<br>or more</table>
      <dl><dt>May I bring a dog?<dd>Yes.</dl>
      <details><summary>And a cat?</summary>Yes, too.</details></main></body></html>`),
  )
  assert.deepEqual(page, {
    title: 'Baggage',
    lang: 'en-GB',
    canonical: '/help/baggage',
    noindex: false,
    body: [
      { kind: 'heading', level: 1, text: 'Baggage' },
      { kind: 'paragraph', text: long },
      { kind: 'item', depth: 0, mark: '•', text: 'one piece' },
      { kind: 'item', depth: 1, mark: '•', text: 'of 8 kg' },
      { kind: 'item', depth: 0, mark: '•', text: 'free' },
      { kind: 'item', depth: 0, mark: '3.', text: 'third' },
      { kind: 'item', depth: 0, mark: '4.', text: 'fourth' },
      { kind: 'row', header: true, cells: ['Route', 'Weight'] },
      { kind: 'row', header: false, cells: ['A–B', '23 kg or more'] },
      { kind: 'heading', level: 6, text: 'May I bring a dog?' },
      { kind: 'paragraph', text: 'Yes.' },
      { kind: 'heading', level: 6, text: 'And a cat?' },
      { kind: 'paragraph', text: 'Yes, too.' },
    ],
  })
})

test('navigation, headers, footers, forms, cookie banners and what is hidden are left out', () => {
  const furniture = [
    '<nav>FURNITURE</nav>', '<header><p>FURNITURE</p></header>', '<footer>FURNITURE</footer>', '<aside>FURNITURE</aside>',
    '<form><p>FURNITURE</p><input value="FURNITURE"></form>', '<button>FURNITURE</button>', '<select><option>FURNITURE</select>',
    '<div class="big cookie-banner"><p>FURNITURE</p></div>', '<div id="breadcrumbs">FURNITURE</div>', '<div role="dialog">FURNITURE</div>',
    '<p hidden>FURNITURE</p>', '<div aria-hidden="true"><p>FURNITURE</p></div>', '<p style="color:red;display: none">FURNITURE</p>',
    '<!-- FURNITURE -->', '<noscript>FURNITURE</noscript>', '<svg><title>FURNITURE</title><text>FURNITURE</text></svg>',
  ] // prettier-ignore
  for (const one of furniture) {
    const text = textOf(`<body>${one}<div><p>${long}</p></div>${one}</body>`)
    assert.ok(text.includes('23 kg'), one)
    assert.ok(!text.includes('FURNITURE'), `${one} left ${text}`)
  }
})

test('of a page that marks its main part, only that is kept; a wrapper whose class merely speaks of banners stays', () => {
  assert.ok(!textOf(`<div>Elsewhere</div><article><p>${long}</p></article>`).includes('Elsewhere'))
  assert.ok(
    textOf(`<div class="has-cookie-banner content-sidebar-wrap"><p>${long}</p></div>`).includes('23 kg'),
  )
})

test('a page that stands in one form as a whole is read all the same', () => {
  assert.ok(textOf(`<form action="x.aspx"><p>${long}</p><input></form>`).includes('23 kg'))
})

test('a table that lays the page out is read as text', () => {
  assert.deepEqual(readHtmlText(`<table><tr><td><h2>Left</h2><p>one</p><td><p>two</p></table>`).body, [
    { kind: 'heading', level: 2, text: 'Left' },
    { kind: 'paragraph', text: 'one' },
    { kind: 'paragraph', text: 'two' },
  ])
})

test('no script, style or tag comes through, however it is written', () => {
  for (const hostile of [
    '<script>EVIL</script>', '<SCRIPT src=x>EVIL</SCRIPT >', '<script><!-- <script>EVIL</script> --></script>', '<style>EVIL</style>',
    '<iframe srcdoc="EVIL">EVIL</iframe>', '<img src=x onerror="EVIL">', '<template><p>EVIL</p></template>', '<object data="EVIL">EVIL</object>',
    '<a href="javascript:EVIL">link</a>', '<svg><script>EVIL</script></svg>', '<math><mi>EVIL</mi></math>', '<xmp>EVIL</xmp>', '<textarea>EVIL</textarea>',
    '<script>EVIL',
  ]) {
    const text = textOf(`<p>${long}</p>${hostile}`)
    assert.ok(text.includes('23 kg') && !text.includes('EVIL'), `${hostile}: ${text}`)
  } // prettier-ignore
  // What was text stays text, and nothing will read it as a tag.
  assert.deepEqual(readHtmlText('<p>&lt;script&gt;alert(1)&lt;/script&gt;').body, [
    { kind: 'paragraph', text: '<script>alert(1)</script>' },
  ])
})

test('what cannot be seen does not come through', () => {
  assert.deepEqual(readHtmlText('<p>re\u200Bfund \u202Eabc\u202C\u0007 x\u00ADy').body, [
    { kind: 'paragraph', text: 'refund abc xy' },
  ])
})

test('charsets: what the server said, what the page says, a byte order mark, and broken bytes', () => {
  const page = (inner: string): string => `<html><body><p>${long} ${inner}</p>`
  const latin = Buffer.from(page('Größe'), 'latin1')
  const euro = long.replaceAll('€', 'EUR')
  const plain = Buffer.from(`<meta charset="iso-8859-1"><p>${euro} Größe`, 'latin1')
  assert.ok(JSON.stringify(readHtml(latin, 'iso-8859-1').body).includes('Größe'))
  assert.ok(JSON.stringify(readHtml(plain).body).includes('Größe'))
  assert.ok(JSON.stringify(readHtml(bytes(`\uFEFF${page('Größe')}`)).body).includes('Größe'))
  assert.ok(JSON.stringify(readHtml(Buffer.from(`\uFEFF${page('Größe')}`, 'utf16le')).body).includes('Größe'))
  assert.ok(JSON.stringify(readHtml(bytes(page('Größe')), 'no-such-charset').body).includes('Größe'))
  const broken = Buffer.concat([bytes(page('a')), Buffer.from([0xc3, 0x28, 0xf0, 0x9f, 0xff])])
  assert.ok(JSON.stringify(readHtml(broken).body).isWellFormed())
})

test('a page that asks not to be found says so', () => {
  assert.equal(readHtmlText('<meta name="robots" content="NOINDEX, follow"><p>x').noindex, true)
  assert.equal(readHtmlText('<meta name="robots" content="index"><p>x').noindex, false)
})

test('pages made to take time or memory are refused or read within moments', () => {
  const startedAt = process.cpuUsage()
  assert.throws(() => readHtml(bytes('<div>'.repeat(100_000))), refuses('too_deep'))
  assert.throws(() => readHtml(bytes(`${'<b id=x>'.repeat(5_000)}<p>x`)), refuses('too_deep'))
  assert.throws(() => readHtml(bytes('<p>a'.repeat(400_000))), refuses('too_large'))
  assert.throws(() => readHtml(bytes(`<p>${'word '.repeat(300_000)}`)), refuses('too_large'))
  assert.throws(() => readHtml(Buffer.alloc(htmlBytesMax + 1, 'a')), refuses('too_large'))
  for (const hostile of [
    '<'.repeat(1_900_000), '</b>'.repeat(400_000), '<a '.repeat(600_000), `<a ${'x=1 '.repeat(450_000)}>`, '&'.repeat(1_900_000), '&#x41;'.repeat(30_000),
    '<!--'.repeat(400_000), `<meta ${'charset '.repeat(200_000)}`, '<table><tr><td>'.repeat(120), '<![CDATA['.repeat(200_000), '<title>'.repeat(200_000),
    '<p></p>'.repeat(250_000), `<style>${'</styl'.repeat(300_000)}`, '\0'.repeat(1_900_000), '<br/>'.repeat(350_000),
  ]) {
    try {
      readHtml(bytes(hostile))
    } catch (error) {
      assert.ok(error instanceof Unreadable, `${hostile.slice(0, 20)}: ${String(error)}`)
    }
  } // prettier-ignore
  const { user, system } = process.cpuUsage(startedAt)
  assert.ok((user + system) / 1e6 < 15, `${(user + system) / 1e6} s`)
})

test('a page without text is refused', () => {
  for (const html of ['', '<h1>Only a title</h1>', '<script>x</script>'])
    assert.throws(() => readHtml(bytes(html)), refuses('empty'), html)
})
