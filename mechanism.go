package uhri

// Mechanism is one of the three ways the United Nations reviews States.
type Mechanism string

// The mechanisms.
const (
	MechanismUPR              Mechanism = "upr"
	MechanismTreatyBody       Mechanism = "treaty_body"
	MechanismSpecialProcedure Mechanism = "special_procedure"
	MechanismUnknown          Mechanism = "unknown"
)
