import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { Bones, Nothing, Problem } from '../../design/say.tsx'
import { pagesQuery } from '../integrity-queries.ts'
import { PagesTable } from './pages-table.tsx'
import { ScriptPage } from './script-page.tsx'
import { TemplatePage } from './template-page.tsx'

export function PagesSection() {
  const { item, script } = useSearch({ from: '/signed-in/integrity/$section' })
  const { data: pages, error } = useQuery(pagesQuery)
  if (error && !pages) return <Problem>{error.message}</Problem>
  if (!pages) return <Bones />
  if (item === undefined)
    return pages.length === 0 ? (
      <Nothing>No page has reported yet. A page comes to stand here with its first view.</Nothing>
    ) : (
      <PagesTable pages={pages} />
    )
  const page = pages.find(({ id }) => id === item)
  if (!page) return <Nothing>There is no such page any more.</Nothing>
  return script === undefined ? <TemplatePage page={page} /> : <ScriptPage page={page} id={script} />
}
