import type { ReactNode } from 'react'
import { classes } from './classes.ts'
import css from './page.module.css'

/** A page of forms: a title, and sections with their say beside them. */
export function Page({
  title,
  lead,
  wide,
  children,
}: {
  title: string
  lead?: ReactNode
  /** What is drawn beside what is written needs both halves of a screen. */
  wide?: boolean | undefined
  children: ReactNode
}) {
  return (
    <main className={css.page} tabIndex={-1}>
      <div className={classes(css.column, wide && css.wide)}>
        <header className={css.head}>
          <h1 className={css.title}>{title}</h1>
          {lead && <p className={css.lead}>{lead}</p>}
        </header>
        {children}
      </div>
    </main>
  )
}

export function Section({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  return (
    <section className={css.section} aria-label={title}>
      <div className={css.sectionHead}>
        <h2 className={css.sectionTitle}>{title}</h2>
        {lead && <p className={css.lead}>{lead}</p>}
      </div>
      <div className={css.sectionBody}>{children}</div>
    </section>
  )
}
