"""What crosses the boundary: requests read strictly, answers written in both generations of the
API. Knows neither sockets' owners nor sandboxes; whatever is wrong with a request ends as one
Refusal that names everything at once."""
