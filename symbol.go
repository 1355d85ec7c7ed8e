package uhri

// Symbol is a canonical UN document symbol: "A/HRC/59/15/Add.1", "CEDAW/C/KEN/CO/8". Only ParseSymbol makes one.
// The empty Symbol is unknown and never a key: records without symbol are never grouped, merged or given neighbours.
type Symbol string
