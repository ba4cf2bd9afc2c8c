// The one search of the window: over everything said in the calls the list is narrowed to.
import { library } from './library.svelte';
import { Search } from './search.svelte';

export const search = new Search(() => library.effective);
