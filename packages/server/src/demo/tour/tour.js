// @ts-check
/** @typedef {{ n: number, at: string, kind: string, title: string, detail: string, step?: number, tenant: string, conversation: string | null }} FeedLine */

const linesShown = 60
/** Ticks outlive a reload of the page, not the browser tab. */
const doneKey = 'candor-tour-done'

/** @template {Element} E @param {string} selector @param {new () => E} type @param {ParentNode} [within] */
function find(selector, type, within = document) {
  const found = within.querySelector(selector)
  if (!(found instanceof type)) throw new Error(`the page has no ${selector}`)
  return found
}

const panes = find('.panes', HTMLElement)
const desk = find('[data-desk]', HTMLIFrameElement)
const lines = find('[data-lines]', HTMLOListElement)
const live = find('[data-live]', HTMLElement)

// --- signing in ---------------------------------------------------------------------------------------------------

/** @param {string} as */
async function signIn(as) {
  const answer = await fetch('/tour/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ as }),
  })
  if (!answer.ok) throw new Error((await answer.json()).detail ?? answer.statusText)
}

signIn('ada').then(
  () => (desk.src = '/desk/?view=all'),
  (/** @type {Error} */ fault) => {
    find('[data-desk-trouble]', HTMLElement).textContent = `Ada could not be signed in. ${fault.message}`
  },
)

for (const button of document.querySelectorAll('[data-as]'))
  button.addEventListener('click', () => {
    signIn(button.getAttribute('data-as') ?? '').then(
      () => location.assign('/desk/'),
      (/** @type {Error} */ fault) => (find('[data-trouble]', HTMLElement).textContent = fault.message),
    )
  })

// --- suggestions --------------------------------------------------------------------------------------------------

/** @type {Set<number>} */
const done = new Set(JSON.parse(sessionStorage.getItem(doneKey) ?? '[]'))
for (const step of done) tick(step)

/** @param {number} step */
function tick(step) {
  const item = find(`[data-step="${step}"]`, HTMLLIElement)
  item.classList.add('is-done')
  find('.tick', HTMLElement, item).textContent = '✓'
  find('[data-state]', HTMLElement, item).textContent = ' Done.'
  done.add(step)
  sessionStorage.setItem(doneKey, JSON.stringify([...done]))
}

for (const button of document.querySelectorAll('[data-copy]'))
  button.addEventListener('click', () => {
    void navigator.clipboard.writeText(button.getAttribute('data-copy') ?? '').then(() => {
      button.textContent = 'Copied'
    })
  })

// --- breaking in --------------------------------------------------------------------------------------------------

const tampers = [...document.querySelectorAll('[data-tamper]')].map(
  (button) => /** @type {HTMLButtonElement} */ (button),
)

/** @param {string | null} kind what is broken */
function showTampering(kind) {
  for (const button of tampers) {
    const does = button.dataset.tamper ?? ''
    button.disabled = does !== '' && does === kind
    if (does === '') button.hidden = kind === null && !done.has(4)
  }
}

for (const button of tampers)
  button.addEventListener('click', () => {
    const kind = button.dataset.tamper || null
    const trouble = find('[data-tamper-trouble]', HTMLElement)
    trouble.textContent = ''
    fetch('/tour/tampering', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind }),
    })
      .then(async (answer) => {
        if (!answer.ok) throw new Error((await answer.json()).detail ?? answer.statusText)
        showTampering(kind)
        if (kind !== null) find('[data-tamper=""]', HTMLElement).hidden = false
      })
      .catch((/** @type {Error} */ fault) => (trouble.textContent = `That did not work. ${fault.message}`))
  })
void fetch('/tour/tampering')
  .then((answer) => answer.json())
  .then(({ kind }) => showTampering(kind))

// --- what just happened -------------------------------------------------------------------------------------------

/** One stroke drawing for each kind, on a grid of 16. */
/** @type {Record<string, string>} */
const signs = {
  visitor:
    'M3 12.500V4.500a1.500 1.500 0 0 1 1.500-1.500h7A1.500 1.500 0 0 1 13 4.500v5a1.500 1.500 0 0 1-1.500 1.500H6z',
  agent:
    'M8 8a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM3 13.500c.5-2.500 2.500-3.500 5-3.500s4.500 1 5 3.500',
  'virtual-agent':
    'M4 6h8a1 1 0 0 1 1 1v5a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1zM8 6V3M6 9.500v.01M10 9.500v.01',
  card: 'M3 4.500h10v7H3zM3 7h10M2 14 14 2',
  page: 'M5.500 7V5a2.500 2.500 0 0 1 5 0v2M4 7h8v6H4z',
  receipt: 'M4 2.500h8v11l-2-1.200-2 1.200-2-1.200-2 1.200zM6 6h4M6 8.700h4',
  handler: 'M3 6h9L9.500 3.500M13 10H4l2.500 2.500',
  alarm: 'M8 2.500 14 13H2zM8 6.500v3M8 11.200v.01',
  other: 'M8 8h.01',
}

const news = new EventSource('/tour/events')
news.addEventListener('open', () => show('Live', true))
news.addEventListener('error', () => show('Reconnecting', false))
news.addEventListener('recent', (event) => {
  /** @type {FeedLine[]} */
  const recent = JSON.parse(event.data)
  lines.replaceChildren(...recent.toReversed().map((line) => itemOf(line)))
  find('[data-empty]', HTMLElement).hidden = recent.length > 0
  for (const line of recent) follow(line)
})
news.addEventListener('message', (event) => {
  /** @type {FeedLine} */
  const line = JSON.parse(event.data)
  const item = itemOf(line)
  item.classList.add('is-new')
  lines.prepend(item)
  while (lines.children.length > linesShown) lines.lastElementChild?.remove()
  find('[data-empty]', HTMLElement).hidden = true
  if (line.step !== undefined) tick(line.step)
  follow(line)
  if (panes.dataset.shown !== 'feed') find('#tab-feed', HTMLElement).classList.add('has-news')
})

/** The pane beside it shows who read the conversation in which something happened last. @param {FeedLine} line */
function follow({ conversation, n }) {
  if (conversation === null) return
  const { dataset } = find('#access', HTMLElement)
  dataset.conversation = conversation
  dataset.news = String(n)
}

/** @param {string} text @param {boolean} isOn */
function show(text, isOn) {
  if (live.textContent !== text) live.textContent = text
  live.classList.toggle('is-on', isOn)
}

/** @param {FeedLine} line */
function itemOf(line) {
  const copy = /** @type {DocumentFragment} */ (
    find('[data-line]', HTMLTemplateElement).content.cloneNode(true)
  )
  const item = find('li', HTMLLIElement, copy)
  const sign = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  sign.setAttribute('viewBox', '0 0 16 16')
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', signs[line.kind] ?? '')
  sign.append(path)
  item.classList.add(`kind-${line.kind}`)
  find('.sign', HTMLElement, item).append(sign)
  find('.what', HTMLElement, item).textContent = line.title
  find('.how', HTMLElement, item).textContent = line.detail
  find('.whose', HTMLElement, item).textContent = line.tenant
  const time = find('time', HTMLTimeElement, item)
  time.dateTime = line.at
  time.textContent = new Date(line.at).toLocaleTimeString([], { timeStyle: 'medium' })
  return item
}

// --- tabs, where three panes do not fit ---------------------------------------------------------------------------

const tabs = [...document.querySelectorAll('[data-tab]')].map((tab) => /** @type {HTMLButtonElement} */ (tab))
const wide = matchMedia('(min-width: 75rem)')

/** Only where there are tabs do they say so; side by side the panes are three regions. */
function nameParts() {
  const list = find('[data-tabs]', HTMLElement)
  if (wide.matches) list.removeAttribute('role')
  else {
    list.setAttribute('role', 'tablist')
    list.setAttribute('aria-label', 'Sides of the conversation')
  }
  for (const tab of tabs) {
    const pane = find(`#${tab.dataset.tab}`, HTMLElement)
    if (wide.matches) {
      pane.removeAttribute('role')
      continue
    }
    tab.setAttribute('role', 'tab')
    tab.setAttribute('aria-controls', pane.id)
    pane.setAttribute('role', 'tabpanel')
  }
}

/** @param {HTMLButtonElement} chosen */
function choose(chosen) {
  panes.dataset.shown = chosen.dataset.tab
  chosen.classList.remove('has-news')
  for (const tab of tabs) {
    tab.setAttribute('aria-selected', String(tab === chosen))
    tab.tabIndex = tab === chosen ? 0 : -1
  }
}

for (const [i, tab] of tabs.entries()) {
  tab.addEventListener('click', () => {
    choose(tab)
    // The pane is as high as the screen: bring it there, under its tabs.
    find('main', HTMLElement).scrollIntoView()
  })
  tab.addEventListener('keydown', ({ key }) => {
    const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: -1 }[key]
    const next = to === undefined ? undefined : tabs.at(to % tabs.length)
    if (next === undefined) return
    choose(next)
    next.focus()
  })
}
wide.addEventListener('change', nameParts)
nameParts()
choose(tabs[0])
