import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import { escaped, html, type Html } from './html.ts'
import type { Localised, ResponseSite, SiteLanguage } from './response-site.ts'
import { siteWords, type SiteWords } from './words.ts'

/** A file of the site: where it stands below the site's address, and what it is. */
export interface SiteFile {
  path: string
  type: string
  body: string
}

const style = readFileSync(path.join(import.meta.dirname, 'site.css'), 'utf8')
const styleName = `site.${hash('sha256', style).slice(0, 8)}.css`

/**
 * All files of a site. Pure: the same site and the same signed text give the same bytes, so that anybody can render them
 * again and compare. No file has a script, loads anything from elsewhere, or knows who reads it.
 * @param statement the signed form of `statementOf`, one of each language.
 */
export function renderSite(site: ResponseSite, statement: Partial<Record<SiteLanguage, string>>): SiteFile[] {
  return [
    { path: styleName, type: 'text/css; charset=utf-8', body: style },
    ...site.languages.flatMap((language) => {
      const place = placeOf(site, language)
      const words = siteWords[language]
      const page = (name: string, title: string, main: Html): SiteFile => ({
        path: place.folder + name,
        type: 'text/html; charset=utf-8',
        body: document(site, language, name, title, main),
      })
      return [
        page('index.html', inIt(site.title, language), mainPage(site, language)),
        page('asked.html', words.asked, note(site, words, words.asked, words.askedHow)),
        page('subscribed.html', words.subscribed, note(site, words, words.subscribed, words.subscribedHow)),
        page('too-many.html', words.tooMany, note(site, words, words.tooMany, words.tooManyHow)),
        page('unreadable.html', words.unreadable, note(site, words, words.unreadable, words.unreadableHow)),
        page('away.html', words.away, note(site, words, words.away, words.awayHow)),
        {
          path: `${place.folder}updates.atom`,
          type: 'application/atom+xml; charset=utf-8',
          body: feed(site, language),
        },
        {
          path: `${place.folder}statement.txt`,
          type: 'text/plain; charset=utf-8',
          body: statement[language] ?? '',
        },
      ]
    }),
  ]
}

/**
 * What is signed: the words of the page, as text, with the address at which they stand. Signed as a C2SP note, so lines
 * end with a line feed and there is no other control character.
 */
export function statementOf(site: ResponseSite, language: SiteLanguage): string {
  const words = siteWords[language]
  const { scope } = site
  const lines = [
    site.address + '/' + placeOf(site, language).folder,
    '',
    inIt(site.title, language),
    site.company,
    '',
    ...paragraphs(inIt(site.summary, language)),
    '',
    `${words.affected}:`,
    ...paragraphs(inIt(scope.who, language)),
    `${words.period}: ${words.dates(scope.from, scope.to)}`,
    `${words.involved}:`,
    ...scope.involved.map((each) => `- ${inIt(each, language)}`),
    ...(scope.notInvolved.length === 0
      ? []
      : [`${words.notInvolved}:`, ...scope.notInvolved.map((each) => `- ${inIt(each, language)}`)]),
    '',
    `${words.whatToDo}:`,
    ...site.steps.flatMap((step) => [
      `- ${inIt(step.title, language)}`,
      ...paragraphs(inIt(step.text, language)),
    ]),
    ...(site.zeroLiability === null
      ? []
      : ['', `${words.liability}:`, ...paragraphs(inIt(site.zeroLiability, language))]),
    '',
    `${words.questions}:`,
    ...site.questions.flatMap((each) => [
      `- ${inIt(each.question, language)}`,
      ...paragraphs(inIt(each.answer, language)),
    ]),
    '',
    `${words.call}:`,
    ...site.phones.map((phone) => `- ${phone.number} (${inIt(phone.hours, language)})`),
    '',
    `${words.updates}:`,
    ...site.updates.flatMap((update) => [
      `- ${update.at} ${inIt(update.title, language)}`,
      ...paragraphs(inIt(update.text, language)),
    ]),
  ]
  return lines.join('\n') + '\n'
}

/** Where a language stands: the first at the root, the others in folders; `up` leads to the root from there. */
function placeOf(site: ResponseSite, language: SiteLanguage): { folder: string; up: string } {
  return language === site.languages[0] ? { folder: '', up: '' } : { folder: `${language}/`, up: '../' }
}

/** Texts have every language of their site: parseResponseSite saw to it. */
function inIt(text: Localised, language: SiteLanguage): string {
  return text[language]!
}

function paragraphs(text: string): string[] {
  return text.split(/\n\s*\n/).map((each) => each.replaceAll(/\s*\n\s*/g, ' ').trim())
}

const asParagraphs = (text: string): Html[] => paragraphs(text).map((each) => html`<p>${each}</p>`)
const asItems = (texts: readonly Localised[], language: SiteLanguage): Html[] =>
  texts.map((each) => html`<li>${inIt(each, language)}</li>`)

function document(
  site: ResponseSite,
  language: SiteLanguage,
  name: string,
  title: string,
  main: Html,
): string {
  const { up } = placeOf(site, language)
  const words = siteWords[language]
  const others = site.languages.filter((each) => each !== language)
  const heading = title === inIt(site.title, language) ? title : `${title} – ${site.company}`
  return html`<!doctype html>
    <html lang="${language}">
      <meta charset="utf-8" />
      <title>${heading}</title>
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <link rel="stylesheet" href="${up}${styleName}" />
      <link rel="alternate" type="application/atom+xml" href="updates.atom" title="${words.updates}" />
      ${name === 'index.html' ? html`<a class="skip" href="#steps">${words.skip}</a>` : ''}
      <header>
        <p class="company">${site.company}</p>
        ${
          others.length === 0
            ? ''
            : html`<nav aria-label="${words.inLanguage}">
                ${others.map(
                  (each) =>
                    html`<a lang="${each}" hreflang="${each}" href="${up}${placeOf(site, each).folder}${name}"
                      >${siteWords[each].name}</a
                    >`,
                )}
              </nav>`
        }
      </header>
      <main>${main}</main>
      <footer><p>${words.noTracking}</p></footer>
    </html> `.toString()
}

function mainPage(site: ResponseSite, language: SiteLanguage): Html {
  const words = siteWords[language]
  const { scope } = site
  const [newest] = site.updates
  return html`
    <h1>${inIt(site.title, language)}</h1>
    <p class="when">
      ${words.lastUpdate}: <time datetime="${newest!.at}">${words.updateOn(newest!.at)}</time>
    </p>
    <div class="lead">${asParagraphs(inIt(site.summary, language))}</div>
    <section class="facts">
      <div>
        <h2>${words.affected}</h2>
        ${asParagraphs(inIt(scope.who, language))}
      </div>
      <div>
        <h2>${words.period}</h2>
        <p>${words.dates(scope.from, scope.to)}</p>
      </div>
      <div>
        <h2>${words.involved}</h2>
        <ul class="involved">
          ${asItems(scope.involved, language)}
        </ul>
      </div>
      ${
        scope.notInvolved.length === 0
          ? ''
          : html`<div>
              <h2>${words.notInvolved}</h2>
              <ul class="spared">
                ${asItems(scope.notInvolved, language)}
              </ul>
            </div>`
      }
    </section>
    <section id="steps" tabindex="-1">
      <h2>${words.whatToDo}</h2>
      <ol class="steps">
        ${site.steps.map(
          (step) =>
            html`<li>
              <h3>${inIt(step.title, language)}</h3>
              ${asParagraphs(inIt(step.text, language))}
            </li>`,
        )}
      </ol>
    </section>
    ${
      site.zeroLiability === null
        ? ''
        : html`<section class="pledge">
            <h2>${words.liability}</h2>
            ${asParagraphs(inIt(site.zeroLiability, language))}
          </section>`
    }
    <section class="ask">
      <h2>${words.amIAffected}</h2>
      <p id="ask-how">${words.amIAffectedHow}</p>
      <form method="post" action="affected">
        <label for="ask-email">${words.email}</label>
        <input
          id="ask-email"
          name="email"
          type="email"
          autocomplete="email"
          maxlength="254"
          required
          aria-describedby="ask-how"
        />
        <label for="ask-code">${words.code}</label>
        <input id="ask-code" name="code" autocomplete="off" maxlength="60" aria-describedby="ask-code-hint" />
        <p class="hint" id="ask-code-hint">${words.codeHint}</p>
        <button>${words.ask}</button>
      </form>
    </section>
    <section>
      <h2>${words.updates}</h2>
      <ol class="updates" reversed>
        ${site.updates.map(
          (update) =>
            html`<li id="update-${update.id}">
              <p><time datetime="${update.at}">${words.updateOn(update.at)}</time></p>
              <h3>${inIt(update.title, language)}</h3>
              ${asParagraphs(inIt(update.text, language))}
            </li>`,
        )}
      </ol>
      <form class="subscribe" method="post" action="subscribe">
        <h3>${words.byMail}</h3>
        <p id="subscribe-how">${words.byMailHow}</p>
        <label for="subscribe-email">${words.email}</label>
        <input
          id="subscribe-email"
          name="email"
          type="email"
          autocomplete="email"
          maxlength="254"
          required
          aria-describedby="subscribe-how"
        />
        <button class="quiet">${words.subscribe}</button>
        <p class="hint"><a href="updates.atom">${words.feed}</a></p>
      </form>
    </section>
    ${
      site.questions.length === 0
        ? ''
        : html`<section>
            <h2>${words.questions}</h2>
            ${site.questions.map(
              (each) =>
                html`<details>
                  <summary>${inIt(each.question, language)}</summary>
                  ${asParagraphs(inIt(each.answer, language))}
                </details>`,
            )}
          </section>`
    }
    <section>
      <h2>${words.call}</h2>
      <ul class="phones">
        ${site.phones.map(
          (phone) =>
            html`<li>
              <a href="tel:${phone.number.replaceAll(/[^\d+]/g, '')}">${phone.number}</a
              ><span>${inIt(phone.hours, language)}</span>
            </li>`,
        )}
      </ul>
    </section>
    <section class="real">
      <h2>${words.real}</h2>
      <p>${words.realHow(site.address)}</p>
      <p><a href="statement.txt">${words.statement}</a></p>
    </section>
  `
}

/** What is shown after something was sent: the same whatever was sent. */
function note(site: ResponseSite, words: SiteWords, title: string, text: string): Html {
  return html`<h1>${title}</h1>
    <p class="lead">${text}</p>
    ${site.phones.slice(0, 1).map(({ number }) => html`<p class="when">${words.call}: ${number}</p>`)}
    <p><a class="button" href="index.html">${words.back}</a></p>`
}

/** Atom, RFC 4287: readers know an update again by its id. */
function feed(site: ResponseSite, language: SiteLanguage): string {
  const at = site.address + '/' + placeOf(site, language).folder
  const entries = site.updates.map(
    (update) =>
      `<entry><id>${escaped(`${at}#update-${update.id}`)}</id><title>${escaped(inIt(update.title, language))}</title>` +
      `<updated>${update.at}</updated><link href="${escaped(`${at}#update-${update.id}`)}"/>` +
      `<content type="text">${escaped(inIt(update.text, language))}</content></entry>`,
  )
  return (
    `<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${language}">` +
    `<id>${escaped(at)}</id><title>${escaped(inIt(site.title, language))}</title>` +
    `<author><name>${escaped(site.company)}</name></author><updated>${site.updates[0]!.at}</updated>` +
    `<link rel="self" href="${escaped(`${at}updates.atom`)}"/><link href="${escaped(at)}"/>${entries.join('')}</feed>\n`
  )
}
