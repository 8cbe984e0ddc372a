// Runs before the first paint, so that the page never flashes in the wrong colours.
(() => {
  let choice = null;
  try {
    choice = localStorage.getItem('vigiroute.theme');
  } catch {
    // Storage is switched off: the system's choice stands.
  }
  const dark = choice ? choice === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
