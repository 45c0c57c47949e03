/**
 * Whether a page asks for payment cards. Looks at names and labels of fields, never at what stands in them, and
 * answers yes or no. Frames of payment providers are told by their names and titles: their insides belong to
 * another origin.
 */
export function hasCardFields(document: ParentNode): boolean {
  return [...document.querySelectorAll<HTMLInputElement>('input,select,iframe')].some(
    ({ type, name, id, title, placeholder, ariaLabel, autocomplete, dataset, labels }) =>
      // A choice such as "pay by card" asks for no number.
      !/radio|checkbox/.test(type) &&
      cardWords.test(
        [
          name,
          id,
          title,
          placeholder,
          ariaLabel,
          autocomplete,
          JSON.stringify(dataset),
          labels?.[0]?.textContent,
        ].join(),
      ),
  )
}

/**
 * `card number` in the languages of our tenants, glued or apart, security codes, `autocomplete="cc-…"`, and how
 * hosted fields name themselves: Stripe "Secure card payment input frame", Adyen `data-encrypted-card="number"` and
 * "Iframe for card number", Braintree "Secure Credit Card Frame - Credit Card Number".
 */
const cardWords =
  /card.{0,3}(no\b|num|pay)|\bcc-|ccnum|cv[cv]|\bcsc|\bpan\b|security.?code|tarjeta|kartennum|carte.?banc|البطاقة/i
