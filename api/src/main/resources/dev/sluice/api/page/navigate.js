/** The address of the page, which holds the state of the view. */
import {useEffect, useState} from './html.js';
import {parse} from './route.js';

/** Shows another address of the page. */
export function go(address, {replace = false} = {}) {
  history[replace ? 'replaceState' : 'pushState'](null, '', address);
  dispatchEvent(new PopStateEvent('popstate'));
}

/** Returns the view that the address shows. */
export function useRoute() {
  const here = () => parse(location.pathname, location.search);
  const [route, set] = useState(here);
  useEffect(() => {
    const moved = () => set(here());
    addEventListener('popstate', moved);
    document.addEventListener('click', follow);
    return () => {
      removeEventListener('popstate', moved);
      document.removeEventListener('click', follow);
    };
  }, []);
  return route;
}

/** Follows a link to another view without loading the page again. */
function follow(event) {
  const link = event.target.closest?.('a[href]');
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !isPlain || event.defaultPrevented || link.target || link.origin !== location.origin) {
    return;
  }
  if (parse(link.pathname, link.search).view !== 'unknown' && !link.pathname.startsWith('/api/')) {
    event.preventDefault();
    const isOther = link.pathname !== location.pathname;
    go(link.href, {replace: link.dataset.replace !== undefined});
    if (isOther) {
      scrollTo(0, 0);
      document.getElementById('content')?.focus({preventScroll: true});
    }
  }
}
