package uhri

// Country is the ISO 3166-1 alpha-3 code of a State or territory, in upper case; EUE is the European Union, XKX Kosovo.
// Demonstration data uses user-assigned codes XAA….
type Country string
