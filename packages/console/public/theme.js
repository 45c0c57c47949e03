// Before the first paint: the theme this person chose, else the system's.
;(() => {
  const theme = localStorage.getItem('candor.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
})()
