import { useState } from 'react'
import { Link } from '@tanstack/react-router'
import { Button } from '../../design/controls.tsx'
import css from './first-steps.module.css'

/** The header lines as they are put into a web server, and what comes after them. */
export function FirstSteps({ headers }: { headers: readonly string[] }) {
  const [copied, setCopied] = useState(false)
  const text = headers.join('\n')
  return (
    <ol className={css.steps}>
      <li>
        <p className={css.step}>Send these lines with your pages</p>
        <p className={css.soft}>At your web server or CDN, on every page, the payment page first.</p>
        <div className={css.lines}>
          <pre className={css.code} dir="ltr" tabIndex={0} role="region" aria-label="Header lines">
            {text}
          </pre>
          <Button
            icon={copied ? 'check' : 'page'}
            onPress={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
          >
            {copied ? 'Copied' : 'Copy'}
          </Button>
        </div>
      </li>
      <li>
        <p className={css.step}>Open one of these pages in Chrome or Edge</p>
        <p className={css.soft}>
          Browsers gather reports for up to a minute. Then the page stands here, with every script that it
          ran.
        </p>
      </li>
      <li>
        <p className={css.step}>Say which scripts belong there</p>
        <p className={css.soft}>
          Approve them with an owner and a reason. From then on anything else is an alarm. Meanwhile{' '}
          <Link to="/integrity/$section" params={{ section: 'watcher' }}>
            let the watcher go to your payment page
          </Link>
          .
        </p>
      </li>
    </ol>
  )
}
