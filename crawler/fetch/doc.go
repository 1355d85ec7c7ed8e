// Package fetch asks publishers' servers politely. One RoundTripper stands under every request, be it colly's for pages or
// the file client's: robots.txt is obeyed, hosts are asked one request at a time with a pause between, refusals are waited
// out, challenge pages are recognised as a refusal and never evaded, and private addresses cannot be reached.
//
// It knows HTTP, not publishers: addresses, selectors and what a page means belong to crawler/sources.
package fetch
