// The form sends nothing: its fields have no names, and this answers in place.
for (const form of document.querySelectorAll('form[data-thanks]'))
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    form.querySelector('[data-status]').textContent = form.dataset.thanks
  })

// The shop hears by its webhook that something was found on a page, and has every open tab load it anew.
new EventSource('/aurora-air/live').addEventListener('message', () => location.reload())
