import type { WatchedStep } from '@candor/protocol/integrity-api.ts'
import type { Page } from 'playwright-core'

/** More is no way to a cart. */
export const stepsMax = 20
const stepMsMax = 10_000
const textCharactersMax = 200
const selectorCharactersMax = 300

/** A step that cannot be done: the shop has changed, or the steps are wrong. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed'
}

/**
 * @param origin that `goto` MUST stay on
 * @returns null when they are no steps
 */
export function parseSteps(value: unknown, origin: string): WatchedStep[] | null {
  if (!Array.isArray(value) || value.length > stepsMax) return null
  const steps: WatchedStep[] = []
  for (const each of value as unknown[]) {
    if (typeof each !== 'object' || each === null) return null
    const { do: kind, url, selector, text } = each as Record<string, unknown>
    const selects = typeof selector === 'string' && isSelector(selector)
    if (kind === 'goto' && typeof url === 'string' && URL.canParse(url) && new URL(url).origin === origin)
      steps.push({ do: 'goto', url: new URL(url).href })
    else if (kind === 'click' && selects) steps.push({ do: 'click', selector })
    else if (kind === 'fill' && selects && typeof text === 'string' && text.length <= textCharactersMax)
      steps.push({ do: 'fill', selector, text })
    else return null
  }
  return steps
}

/** @throws StepFailed */
export async function takeSteps(page: Page, steps: readonly WatchedStep[]): Promise<void> {
  for (const [at, step] of steps.entries())
    try {
      if (step.do === 'goto') await page.goto(step.url, { waitUntil: 'domcontentloaded', timeout: stepMsMax })
      else if (step.do === 'click')
        await page.locator(`css=${step.selector}`).first().click({ timeout: stepMsMax })
      else await page.locator(`css=${step.selector}`).first().fill(step.text, { timeout: stepMsMax })
    } catch (cause) {
      throw new StepFailed(`Step ${at + 1} (${step.do}) could not be done.`, { cause })
    }
}

/** Of CSS alone: `>>` begins the engines of the browser's driver, one of which reads XPath and another text. */
function isSelector(selector: string): boolean {
  return selector !== '' && selector.length <= selectorCharactersMax && !selector.includes('>>')
}
