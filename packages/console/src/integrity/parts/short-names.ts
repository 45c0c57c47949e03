/** Long names, short enough to tell two apart; the whole stands in the title. */

export const shortHash = (hash: string): string => hash.replace(/^sha\d+-/, '').slice(0, 10)

export const shortRelease = (id: string): string => id.slice(0, 10)

/** `cdn.example/tags/a.js` of an address; the page's own host is left out. */
export function shortUrl(url: string, page?: string | null): string {
  if (!URL.canParse(url)) return url
  const { host, pathname } = new URL(url)
  const own = page && URL.canParse(page) ? new URL(page).host : null
  return host === own ? pathname : host + pathname
}
