package bleveindex

import (
	"container/list"
	"sync"
)

// leafCache keeps the leaves that are dear to find — phrases, NEAR, wide expansions — of the searches of late. A
// person who searches sends the same words a dozen times: pages, facets, sorts, the export. It holds at most
// maxLeafBytes, the least recently used go first.
type leafCache struct {
	mu    sync.Mutex
	byKey map[string]*list.Element
	used  *list.List // of *cachedLeaf, most recent first
	bytes int
}

// maxLeafBytes bounds the cache of one snapshot: some hundred phrases of a large corpus, a twentieth of the memory
// serving may take.
const maxLeafBytes = 16 << 20

type cachedLeaf struct {
	key  string
	leaf *leaf
}

func newLeafCache() *leafCache {
	return &leafCache{byKey: map[string]*list.Element{}, used: list.New()}
}

// wants reports whether the leaf is worth keeping: a word's posting lists are read as fast as found.
func (c *leafCache) wants(l *leaf) bool { return len(l.ids) == 0 && l.size() < maxLeafBytes/4 }

func (l *leaf) size() int { return 8*len(l.set) + 4*cap(l.more.slots) + 2*cap(l.more.tf) + 100 }

func (c *leafCache) get(key string) (*leaf, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		return nil, false
	}
	c.used.MoveToFront(e)
	return e.Value.(*cachedLeaf).leaf, true
}

func (c *leafCache) put(key string, l *leaf) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byKey[key]; ok {
		return
	}
	c.byKey[key] = c.used.PushFront(&cachedLeaf{key, l})
	c.bytes += l.size()
	for c.bytes > maxLeafBytes {
		e := c.used.Back()
		old := c.used.Remove(e).(*cachedLeaf)
		delete(c.byKey, old.key)
		c.bytes -= old.leaf.size()
	}
}
